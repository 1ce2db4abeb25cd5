"""k: how many principal components are asked for."""

from contextlib import suppress
from decimal import Decimal

from fruits.errors import JobError


def count_or_share(value: object) -> int | float:
    """Understand k: a number of components (50), or a share of the variance that they explain (`95%`, 0.95).

    1.0 is refused: it looks like all of the variance, and like one component.

    Raises:
        JobError: it is neither.
    """
    text = str(value).strip()
    with suppress(ArithmeticError):
        number = Decimal(text.removesuffix("%").strip())
        share = number / 100 if text.endswith("%") else number
        if 0 < share < 1:
            return float(share)
        if share == number and (text == "1" or (number > 1 and number == int(number))):
            return int(number)
    raise JobError(
        f"k is {text}, neither a number of components nor a share of the variance",
        "say a whole number from 1 up (50), or a share below 100% (95%, or 0.95)",
        exit_code=2,
    )


def refuse_too_many(k: float, rows: int, columns: int) -> None:
    """Refuse more components than there can be.

    Raises:
        JobError: k is a number, and larger than that of rows or columns.
    """
    if k > min(rows, columns):
        what = f"{rows} images" if rows < columns else f"{columns} features"
        raise JobError(
            f"k is {k}, and there are only {what}",
            f"choose a k of at most {min(rows, columns)}: -k {min(rows, columns)}",
            exit_code=2,
        )
