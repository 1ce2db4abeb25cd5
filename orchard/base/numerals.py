"""Numbers, dates and semicolons as a language writes them; what Orchard puts together, it does in English."""

import re

THIN = "\u202f"  # a narrow space at which no line breaks
MONTHS = {
    "January": ("janvier", "janv."),
    "February": ("février", "févr."),
    "March": ("mars", "mars"),
    "April": ("avril", "avr."),
    "May": ("mai", "mai"),
    "June": ("juin", "juin"),
    "July": ("juillet", "juil."),
    "August": ("août", "août"),
    "September": ("septembre", "sept."),
    "October": ("octobre", "oct."),
    "November": ("novembre", "nov."),
    "December": ("décembre", "déc."),
}
_SHORT = {month[:3]: short for month, (_, short) in MONTHS.items()}

_GROUPS = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})+(?![\w,])")
# A point is taken for a decimal one only before a unit: versions and addresses have points, too.
_DECIMAL = re.compile(r"(?<![\w.])([\d\u202f]+)\.(\d+)(?= ?(?:%|s\b|Mo\b|Go\b|USD\b|EUR\b|images/s|fois\b|°))")
_PERCENT = re.compile(r"(?<=\d)%")
_SEMICOLON = re.compile(r"(?<=[\w)%]); ")
_DAYS = re.compile(r"(?<![\w.,-])(\d+) d\b")
_DATE = re.compile(rf"\b(\d\d) ({'|'.join(MONTHS)})\b")
_AT = re.compile(r"\bà (\d\d? [^\W\d]+\.?) (?=\d\d:\d\d)")
_DAY = re.compile(rf"\b({'|'.join(_SHORT)}) (\d\d)\b")


def written(text: str, language: str) -> str:
    """Return a text of a language with its numbers and dates as that language has them: 7 860; 45,3 %; 2 j; 3 mai."""
    if language != "fr":
        return text
    text = _SEMICOLON.sub(" ; ", text)
    text = _GROUPS.sub(lambda number: number[0].replace(",", THIN), text)
    text = _PERCENT.sub(f"{THIN}%", _DECIMAL.sub(r"\1,\2", text))
    text = _DATE.sub(lambda date: f"{int(date[1])} {MONTHS[date[2]][0]}", _DAYS.sub(r"\1 j", text))
    text = _DAY.sub(lambda day: f"{int(day[2])} {_SHORT[day[1]]}", text)
    return _AT.sub(r"le \1 à ", text)


def fixed(value: float, digits: int, language: str) -> str:
    """Return a number with so many digits behind the decimal point, or comma."""
    text = f"{value:,.{digits}f}"
    return text.replace(",", THIN).replace(".", ",") if language == "fr" else text
