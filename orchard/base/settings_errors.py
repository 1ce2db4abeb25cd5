"""What is wrong with a setting: where it stands (a flag, a variable, a line of orchard.toml), and what it takes."""

import difflib
import os
import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from orchard.base.errors import UsageError
from orchard.base.language import marked, tr
from orchard.base.nearest import suggest

PREFIX = "ORCHARD_"
ALIKE = 0.8  # of 1, from which on a variable is a misspelt setting, and none of those that others read

# What the patterns of the settings ask for, in words.
FORMS = {
    "project": marked("3 to 22 lower-case letters, digits and hyphens, a letter first and no hyphen last"),
    "release_label": marked("a release of EMR, such as emr-7.13.0"),
    "instance_type": marked("a type of EC2, such as m5.xlarge"),
    "ssh_cidr": marked("addresses such as 198.51.100.7/32, or nothing"),
    "vpc_cidr": marked("a private network such as 10.20.0.0/16, its length from 16 to 22"),
    "eur_rate_date": marked("a day or a month, such as 2026-11-20 or 2026-11, or nothing"),
    "alarm_email": marked("an e-mail address, or nothing"),
    "archive": marked("an address that begins with https:// or http://, and has a path"),
    "archive_sha256": marked("64 hexadecimal digits in lower case, or nothing"),
    "studio_users": marked("names, each with basic, intermediate or advanced"),
}


def explain(
    fault: Any,
    fields: Mapping[str, FieldInfo],
    words: Mapping[str, Iterable[str]],
    flags: Mapping[str, Any],
    file: Path,
) -> UsageError:
    """Say what is wrong with a setting, where it stands, and what it takes.

    Args:
        fault: the first of Pydantic's.
        fields: of the settings.
        words: what settings take that are checked by a function, by their names.
        flags: what the command was given.
        file: orchard.toml.
    """
    name, *inner = map(str, fault["loc"])
    line = line_of(file, name, *inner[:1])
    where = f"{file.name}, line {line}" if line else file.name
    if fault["type"] == "extra_forbidden":
        return UsageError(f"{where}: there is no setting called {name!r}", _known(name, fields))
    if inner and inner[0] in fields:
        cause = f"{where}: {inner[0]} is a setting, and stands below [{name}], which makes it a part of that"
        return UsageError(cause, f"move it above [{name}]")
    takes = _takes(name, fields[name], fault)
    if name in flags:
        said, remedy = f"{_flag(name)} {shlex.quote(str(fault['input']))}", f"correct {_flag(name)}"
    elif (variable := _variable(name)) in os.environ:
        said, remedy = f"{variable}={shlex.quote(str(fault['input']))}", f"correct {variable}, or unset it"
    else:
        said, remedy = f"{where}: {'.'.join((name, *inner))} = {_as_toml(fault['input'])}", f"correct line {line}"
    known = words.get(name, choices(fields[name]))
    return UsageError(
        f"{said} cannot be used: {takes}",
        suggest(str(fault["input"]), known, otherwise=None if name in words else remedy) if known else remedy,
    )


def not_toml(error: tomllib.TOMLDecodeError, file: Path) -> UsageError:
    """Say where the file cannot be read."""
    line = re.search(r"line (\d+)", str(error))
    remedy = f'correct {f"line {line[1]}" if line else "its end"}; words stand in quotes, as in mode = "mini"'
    return UsageError(f"{file.name} is not valid TOML: {error}", remedy)


def not_json(error: Exception) -> UsageError:
    """Say which variable of the environment should hold JSON: a table of settings does."""
    name = re.search(r'field "(\w+)"', str(error))
    variable = _variable(name[1]) if name else PREFIX
    return UsageError(f"{variable} is not valid JSON", f"""as {variable}='{{"alice": "basic"}}', or unset it""")


def refuse_unknown_variables(fields: Mapping[str, FieldInfo]) -> None:
    """Refuse a variable that looks like the misspelling of a setting's: passed over, it would act elsewhere.

    Raises:
        UsageError: there is one; names it and the setting.
    """
    known = {_variable(name) for name in fields}
    for variable in sorted(name for name in os.environ if name.startswith(PREFIX) and name.upper() not in known):
        if near := difflib.get_close_matches(variable.removeprefix(PREFIX).lower(), fields, n=1, cutoff=ALIKE):
            raise UsageError(f"there is no setting for {variable}", f"did you mean {_variable(near[0])}? Or unset it")


def line_of(file: Path, name: str, inner: str | None = None) -> int | None:
    """Return the line of a TOML file, from 1, on which a setting stands; None where it stands in none.

    Args:
        file: valid TOML.
        name: of the setting, at the top, or of a table.
        inner: of a key in that table.
    """
    table, wanted = "", [("", name), ("", f"{name}.{inner}"), (name, inner)]
    for number, text in enumerate(file.read_text().splitlines() if file.exists() else [], start=1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", text):
            table = _bare(header[1])
            if (table, inner) == (name, None):
                return number
        elif (key := re.match(r"\s*([\w.\"' -]+?)\s*=", text)) and (table, _bare(key[1])) in wanted:
            return number
    return None


def choices(field: FieldInfo) -> tuple[str, ...]:
    """Return the words that a setting takes; none for one that takes others."""
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def bounds(field: FieldInfo) -> dict[str, float]:
    """Return the bounds of a number: `ge`, `gt` and `le`, as far as it has them."""
    return {key: getattr(mark, key) for mark in field.metadata for key in ("ge", "gt", "le") if hasattr(mark, key)}


def _takes(name: str, field: FieldInfo, fault: Any) -> str:
    if fault["type"] == "value_error":  # of a validator, which says it itself
        return fault["msg"].removeprefix("Value error, ")
    if words := choices(field):
        return f"it takes {', '.join(words[:-1])} or {words[-1]}"
    if name in FORMS:
        return f"it takes {FORMS[name]}"
    if field.annotation is bool:
        return "it takes true or false"
    if field.annotation in (int, float):
        limits = bounds(field)
        low = tr(f" from {limits['ge']:,}") if "ge" in limits else ""
        high = tr(f" to {limits['le']:,}") if "le" in limits else tr(" on") if low else ""
        return f"it takes a {'whole ' if field.annotation is int else ''}number{low}{high}"
    return "it takes a path, in quotes" if field.annotation == Path | None else "it takes words, in quotes"


def _known(name: str, fields: Mapping[str, FieldInfo]) -> str:
    return suggest(name, fields, otherwise="./inv settings lists them; remove it, or put a # in front")


def _as_toml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _bare(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _flag(name: str) -> str:
    return f"-{name}" if len(name) == 1 else f"--{name.replace('_', '-')}"
