"""How a policy that cannot be read is refused."""

from typing import Any

SYNTAX = "Syntax errors in policy."


class MalformedPolicyError(Exception):
    """A policy that IAM refuses as MalformedPolicyDocument; the message is the refusal's."""


def listed(value: Any) -> list[str]:
    """Return the one or several values of an element as text, as JSON's numbers and truths are written.

    Raises:
        MalformedPolicyError: something else than a scalar or a list of them, or nothing at all.
    """
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, str | int | float) for one in values):
        raise MalformedPolicyError(SYNTAX)
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]
