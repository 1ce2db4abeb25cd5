"""The operators of conditions: how one value of a request is compared with one value of a policy.

(IAM User Guide, "IAM JSON policy elements: Condition operators".) A comparison gets the policy's value prepared, once
for all requests; a request's value that is of another kind than the operator's does not match.
"""

import base64
import binascii
import ipaddress
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from orchard.emulator.permissions.policies.patterns import compiled


@dataclass(frozen=True)
class Operator:
    """One operator, without what can be added to its name.

    Attributes:
        read: makes a comparable thing of a value in a policy; ValueError where that is none.
        compare: the request's text with what was read.
        negated: the condition holds where nothing compares, or where there is no key.
        variables: whether the policy's value can have variables, which are filled in before it is read.
        wild: whether `read` gets a regular expression of a pattern, instead of a text.
        arn: whether it is an ARN's, whose wildcards stay within its parts.
    """

    read: Callable[[str], Any]
    compare: Callable[[str, Any], bool]
    negated: bool = False
    variables: bool = False
    wild: bool = False
    arn: bool = False


def _quiet(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Callable[[str, Any], bool]:
    """Make a comparison of things out of one of texts; a text that is no such thing compares with nothing."""

    def compared(value: str, wanted: Any) -> bool:
        try:
            return compare(read(value), wanted)
        except ValueError:
            return False

    return compared


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\s*[-+]?[\d.]+([eE][-+]?\d+)?\s*", text) else _refused(text)


def _refused(text: str) -> float:
    raise ValueError(text)


def _date(text: str) -> float:
    """Read a date of W3C's note on ISO 8601, or the seconds since 1970."""
    if re.fullmatch(r"\d{5,}(\.\d+)?", text):
        return float(text)
    if short := re.fullmatch(r"(\d{4})(?:-(\d\d))?", text):
        return datetime(int(short[1]), int(short[2] or 1), 1, tzinfo=UTC).timestamp()
    date = datetime.fromisoformat(text)
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def _binary(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error


@lru_cache(maxsize=256)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(text)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _matches(value: str, pattern: re.Pattern[str]) -> bool:
    return pattern.fullmatch(value) is not None


def _order(kind: str, read: Callable[[str], float]) -> dict[str, Operator]:
    ways = {
        "Equals": operator.eq,
        "LessThan": operator.lt,
        "LessThanEquals": operator.le,
        "GreaterThan": operator.gt,
        "GreaterThanEquals": operator.ge,
    }
    made = {f"{kind}{way}": Operator(read, _quiet(read, compare)) for way, compare in ways.items()}
    return made | {f"{kind}NotEquals": Operator(read, _quiet(read, operator.eq), negated=True)}


def _both(name: str, negated: str, *rest: Any, **more: Any) -> dict[str, Operator]:
    made = Operator(*rest, **more)
    return {name: made, negated: replace(made, negated=True)}


OPERATORS = {
    **_both("StringEquals", "StringNotEquals", str, operator.eq, variables=True),
    **_both(
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        str.lower,
        lambda value, wanted: value.lower() == wanted,
        variables=True,
    ),
    **_both("StringLike", "StringNotLike", compiled, _matches, variables=True, wild=True),
    **_both("ArnEquals", "ArnNotEquals", compiled, _matches, variables=True, wild=True, arn=True),
    **_both("ArnLike", "ArnNotLike", compiled, _matches, variables=True, wild=True, arn=True),
    **_order("Numeric", _number),
    **_order("Date", _date),
    "Bool": Operator(str.lower, lambda value, wanted: value.lower() == wanted, variables=True),
    "BinaryEquals": Operator(_binary, _quiet(_binary, operator.eq)),
    **_both("IpAddress", "NotIpAddress", _network, _quiet(_address, lambda one, network: one in network)),
}
