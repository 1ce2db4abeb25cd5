"""The Condition element: operators, keys and values, and whether a request meets them.

(IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context keys".)
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orchard.emulator.permissions.access import Context, UnknownConditionError
from orchard.emulator.permissions.policies.malformed import SYNTAX, MalformedPolicyError, listed
from orchard.emulator.permissions.policies.operators import OPERATORS, Operator
from orchard.emulator.permissions.policies.patterns import Template, template

NAME = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?")
KEY = re.compile(r"[\w-]+:\S.*")


@dataclass(frozen=True)
class Test:
    """One key with its operator and values; all tests of a statement must hold.

    Attributes:
        key: in lower case, as names of keys have no case.
        operator: what compares; None for Null.
        quantifier: `ForAllValues`, `ForAnyValue` or "".
        if_exists: whether the test holds for a request without the key.
        fixed: values that need no request, read.
        filled: values with variables.
        absent: for Null, whether the key must be absent; both of them where a policy says so.
    """

    key: str
    operator: Operator | None
    quantifier: str = ""
    if_exists: bool = False
    fixed: tuple[Any, ...] = ()
    filled: tuple[Template, ...] = ()
    absent: frozenset[bool] = frozenset()

    def holds(self, context: Context) -> bool:
        """Whether a request meets this.

        Where a variable has no value, the policy's value compares with nothing, and a negated operator does not hold
        either. (IAM User Guide, "Variables and tags": such a statement is invalid.)

        Raises:
            UnknownConditionError: the request has several values, and the policy does not say which must match.
        """
        given = context.get(self.key, ())
        if self.operator is None:
            return (not given) in self.absent
        if self.quantifier:
            given = tuple(filter(None, given))  # to the set operators, an empty text is no value
        if not given:
            return self._without(self.operator)
        if len(given) > 1 and not self.quantifier:
            raise UnknownConditionError(
                f"{self.key} has {len(given)} values in this request, and the policy tests it without ForAllValues or "
                "ForAnyValue: AWS does not document what follows"
            )
        wanted = self._wanted(self.operator, context) if self.filled else self.fixed
        if wanted is None:
            return False
        compare, negated = self.operator.compare, self.operator.negated
        if len(given) == 1:
            return _matches(given[0], wanted, compare) != negated
        found = [_matches(value, wanted, compare) != negated for value in given]
        return any(found) if self.quantifier == "ForAnyValue" else all(found)

    def _wanted(self, operator: Operator, context: Context) -> tuple[Any, ...] | None:
        """Return the policy's values for this request; None where a negated operator lacks one."""
        ready = tuple(_read(operator, one, context) for one in self.filled)
        if operator.negated and None in ready:
            return None
        return self.fixed + tuple(one for one in ready if one is not None)

    def _without(self, operator: Operator) -> bool:
        if self.if_exists or self.quantifier == "ForAllValues":
            return True
        return operator.negated and self.quantifier != "ForAnyValue"


def parse(block: Any, *, variables: bool) -> tuple[Test, ...]:
    """Read a Condition element.

    Args:
        block: operator -> key -> one or several values.
        variables: whether the document's version knows policy variables.

    Raises:
        MalformedPolicyError: an operator that there is none of, or a value that its operator cannot compare.
    """
    if not isinstance(block, Mapping):
        raise MalformedPolicyError(SYNTAX)
    tests = []
    for name, keys in block.items():
        if not isinstance(keys, Mapping):
            raise MalformedPolicyError(SYNTAX)
        tests += [_test(name, key, listed(values), variables=variables) for key, values in keys.items()]
    return tuple(tests)


def _test(name: str, key: str, values: list[str], *, variables: bool) -> Test:
    parts = NAME.fullmatch(name)
    if parts is None or not KEY.fullmatch(key):
        raise MalformedPolicyError(SYNTAX)
    quantifier, kind, if_exists = parts[1] or "", parts[2], bool(parts[3])
    if kind == "Null" and not if_exists:
        if not {one.lower() for one in values} <= {"true", "false"}:
            raise MalformedPolicyError(SYNTAX)
        return Test(key.lower(), None, absent=frozenset(one.lower() == "true" for one in values))
    operator = OPERATORS.get(kind)
    if operator is None:
        raise MalformedPolicyError(SYNTAX)
    templates = [template(one, variables=variables and operator.variables) for one in values]
    try:
        fixed = tuple(_read(operator, one, {}) for one in templates if one.is_fixed)
    except (ValueError, OverflowError) as error:
        raise MalformedPolicyError(SYNTAX) from error
    filled = tuple(one for one in templates if not one.is_fixed)
    return Test(key.lower(), operator, quantifier, if_exists, fixed, filled)


def _matches(value: str, wanted: tuple[Any, ...], compare: Callable[[str, Any], bool]) -> bool:
    if len(wanted) == 1:  # most often, and without a generator at half the price
        return compare(value, wanted[0])
    return any(compare(value, one) for one in wanted)


def _read(operator: Operator, value: Template, context: Context) -> Any:
    text = value.regex(context, arn=operator.arn) if operator.wild else value.text(context)
    return None if text is None else operator.read(text)
