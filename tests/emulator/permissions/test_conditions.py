"""Conditions hold as IAM's operators do, with keys that are there, that are not, and that have many values."""

import pytest

from orchard.emulator.permissions.access import UnknownConditionError
from orchard.emulator.permissions.policies import conditions
from orchard.emulator.permissions.policies.malformed import MalformedPolicyError
from tests.support.fidelity import models


def holds(block, context=None):
    given = {key.lower(): (value,) if isinstance(value, str) else value for key, value in (context or {}).items()}
    return all(test.holds(given) for test in conditions.parse(block, variables=True))


COMPARED = [  # operator, the policy's value, the request's, whether they match
    ("StringEquals", "ann", "ann", True),
    ("StringEquals", "ann", "Ann", False),
    ("StringEquals", "a*", "ann", False),
    ("StringEquals", "a*", "a*", True),
    ("StringEquals", ["ann", "bob"], "bob", True),
    ("StringEqualsIgnoreCase", "ANN", "ann", True),
    ("StringEqualsIgnoreCase", "ANN", "bob", False),
    ("StringLike", "home/*", "home/", True),
    ("StringLike", "home/*", "home/a/b\nc", True),
    ("StringLike", "home/?", "home/ab", False),
    ("StringLike", "Home/*", "home/a", False),
    ("StringLike", "a.c", "abc", False),
    ("StringLike", "", "", True),
    ("NumericEquals", "10", "10.0", True),
    ("NumericEquals", 10, "10", True),
    ("NumericLessThan", "10", "9", True),
    ("NumericLessThan", "10", "10", False),
    ("NumericLessThanEquals", "10", "10", True),
    ("NumericGreaterThan", "10", "9", False),
    ("NumericGreaterThan", "10", "100", True),
    ("NumericGreaterThanEquals", "10", "10", True),
    ("NumericEquals", "10", "ten", False),
    ("NumericGreaterThan", "1", "nan", False),
    ("DateEquals", "2020-01-01T00:00:00Z", "1577836800", True),
    ("DateEquals", "2020-01", "2020-01-01", True),
    ("DateEquals", "2020", "2020-01-01T01:00:00+01:00", True),
    ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", False),
    ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:02Z", True),
    ("DateGreaterThanEquals", "2020-01-01", "2020-01-01T00:00:00Z", True),
    ("DateLessThan", "2020-07-01T00:00:00Z", "2020-06-30T23:59:59Z", True),
    ("DateLessThanEquals", 1577836800, "2020-01-01", True),
    ("DateLessThan", "2020-01-01", "yesterday", False),
    ("Bool", "false", "false", True),
    ("Bool", False, "False", True),
    ("Bool", "true", "false", False),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
    ("BinaryEquals", "QmluYXJ5", "no base 64", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.255", True),
    ("IpAddress", "203.0.113.0/24", "203.0.114.0", False),
    ("IpAddress", "203.0.113.7/24", "203.0.113.9", True),
    ("IpAddress", "203.0.113.7", "203.0.113.7", True),
    ("IpAddress", "203.0.113.7", "203.0.113.8", False),
    ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
    ("IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "203.0.113.9", True),
    ("IpAddress", "0.0.0.0/0", "::1", False),
    ("IpAddress", "0.0.0.0/0", "vpce", False),
    *[
        (operator, pattern, arn, wanted)
        for operator in ("ArnEquals", "ArnLike")
        for pattern, arn, wanted in [
            ("arn:aws:sns:eu-west-1:1:t", "arn:aws:sns:eu-west-1:1:t", True),
            ("arn:aws:sns:*:1:t*", "arn:aws:sns:eu-west-1:1:tt", True),
            ("arn:aws:sns:*:t", "arn:aws:sns:eu-west-1:1:t", False),
            ("arn:aws:sns:eu-west-1:*:t", "arn:aws:sns:eu-west-1:1:2:t", False),
            ("arn:aws:sns:*:*:*", "arn:aws:sns:eu-west-1:1:t:u", True),
            ("arn:aws:s?s:*:*:t", "arn:aws:sqs:eu-west-1:1:t", True),
            ("arn:aws:sns:?:1:t", "arn:aws:sns::1:t", False),
            ("*", "arn:aws:sns:eu-west-1:1:t", True),
            ("arn:aws:sns:eu-west-1:1:T", "arn:aws:sns:eu-west-1:1:t", False),
            ("arn:aws:iam::1:role/node", "arn:aws:iam::1:role/node", True),
        ]
    ],
]
NEGATED = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
}


@models(
    "IAM compares a value of a request with a policy's by the operator of the condition",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators"',
)
@pytest.mark.parametrize(("operator", "value", "given", "wanted"), COMPARED)
def test_an_operator_and_its_opposite(operator, value, given, wanted):
    assert holds({operator: {"aws:x": value}}, {"aws:x": given}) is wanted
    assert holds({f"{operator}IfExists": {"aws:x": value}}, {"aws:x": given}) is wanted
    if operator in NEGATED:
        assert holds({NEGATED[operator]: {"aws:x": value}}, {"aws:x": given}) is not wanted


VALUES = {"Numeric": "1", "Date": "2020-01-01", "Bool": "true", "Binary": "QQ==", "Ip": "::1", "NotIp": "::1"}


@models(
    "IAM takes a key without value as no match, which a negated operator and ...IfExists want",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators"',
)
@pytest.mark.parametrize("operator", sorted(conditions.OPERATORS))
def test_a_key_that_is_not_there(operator):
    value = next((value for start, value in VALUES.items() if operator.startswith(start)), "x")
    negated = "Not" in operator
    assert holds({operator: {"aws:x": value}}) is negated
    assert holds({operator: {"aws:x": value}}, {"aws:x": ()}) is negated
    assert holds({f"{operator}IfExists": {"aws:x": value}})
    assert holds({f"ForAllValues:{operator}": {"aws:x": value}})
    assert not holds({f"ForAnyValue:{operator}": {"aws:x": value}})
    assert holds({f"ForAnyValue:{operator}IfExists": {"aws:x": value}})


@models(
    "IAM asks by Null whether a key has a value",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators"',
)
@pytest.mark.parametrize(
    ("value", "context", "wanted"),
    [
        ("true", {}, True),
        (True, {}, True),
        ("false", {}, False),
        ("true", {"aws:x": "y"}, False),
        ("false", {"aws:x": "y"}, True),
        ("False", {"aws:x": ("y", "z")}, True),
        ("false", {"aws:x": ()}, False),
        (["true", "false"], {}, True),
    ],
)
def test_null(value, context, wanted):
    assert holds({"Null": {"aws:x": value}}, context) is wanted


@models(
    "IAM compares each value of a key by ForAllValues and ForAnyValue",
    source='IAM User Guide, "Set operators for multivalued context keys"',
)
@pytest.mark.parametrize(
    ("operator", "given", "every", "some"),
    [
        ("StringEquals", ("a",), True, True),
        ("StringEquals", ("a", "b"), True, True),
        ("StringEquals", ("a", "c"), False, True),
        ("StringEquals", ("c", "d"), False, False),
        ("StringEquals", (), True, False),
        ("StringEquals", ("",), True, False),
        ("StringEquals", ("", "c"), False, False),
        ("StringLike", ("a", "B"), False, True),
        ("StringNotEquals", ("c", "d"), True, True),
        ("StringNotEquals", ("a", "c"), False, True),
        ("StringNotEquals", ("a", "b"), False, False),
        ("StringNotEquals", (), True, False),
    ],
)
def test_set_operators(operator, given, every, some):
    assert holds({f"ForAllValues:{operator}": {"aws:TagKeys": ["a", "b"]}}, {"aws:tagkeys": given}) is every
    assert holds({f"ForAnyValue:{operator}": {"aws:TagKeys": ["a", "b"]}}, {"aws:tagkeys": given}) is some


def test_several_values_without_a_set_operator_are_not_guessed():
    with pytest.raises(UnknownConditionError, match="aws:tagkeys has 2 values"):
        holds({"StringEquals": {"aws:TagKeys": "a"}}, {"aws:TagKeys": ("a", "b")})


@models(
    "IAM wants all operators and keys of a condition, and one value of each",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators"',
)
def test_all_tests_and_any_value():
    block = {"StringEquals": {"aws:X": ["1", "2"], "aws:Y": "3"}, "Bool": {"aws:Z": "true"}}
    request = {"aws:x": "2", "aws:y": "3", "aws:z": "true"}
    assert holds(block, request)
    for key, other in [("aws:x", "3"), ("aws:y", "1"), ("aws:z", "false")]:
        assert not holds(block, request | {key: other})


@models(
    "IAM fills policy variables into the values of String and Arn operators",
    source='IAM User Guide, "IAM policy elements: Variables and tags"',
)
@pytest.mark.parametrize(
    ("operator", "value", "given", "wanted"),
    [
        ("StringLike", "home/${aws:username}/*", "home/ann/x", True),
        ("StringLike", "home/${AWS:UserName}/*", "home/bob/x", False),
        ("StringEquals", "${aws:PrincipalTag/team}", "fruits", True),
        ("StringNotEquals", "${aws:PrincipalTag/team}", "fruits", False),
        ("StringNotEquals", "${aws:PrincipalTag/team}", "seeds", True),
        ("StringEquals", "${aws:PrincipalTag/none}", "", False),
        ("StringNotEquals", "${aws:PrincipalTag/none}", "x", False),
        ("StringEquals", "${aws:PrincipalTag/none, 'default'}", "default", True),
        ("StringEquals", "${aws:PrincipalTag/team, 'default'}", "default", False),
        ("StringLike", "${aws:PrincipalTag/star}", "anything", False),
        ("StringLike", "${aws:PrincipalTag/star}", "*", True),
        ("StringLike", "a${*}b", "a*b", True),
        ("StringLike", "a${*}b", "axb", False),
        ("StringLike", "a${?}${$}b", "a?$b", True),
        ("StringEquals", "${*}", "*", True),
        ("ArnLike", "arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/ann", True),
        ("ArnLike", "arn:aws:iam::*:user/${aws:username}*", "arn:aws:iam::1:user/anna", True),
        ("NumericEquals", "1", "1", True),
    ],
)
def test_variables(operator, value, given, wanted):
    who = {"aws:username": "ann", "aws:principaltag/team": "fruits", "aws:principaltag/star": "*"}
    assert holds({operator: {"s3:x": value}}, who | {"s3:x": given}) is wanted


def test_before_their_version_variables_are_text():
    (test,) = conditions.parse({"StringEquals": {"s3:x": "${aws:username}"}}, variables=False)
    assert test.holds({"s3:x": ("${aws:username}",), "aws:username": ("ann",)})
    assert not test.holds({"s3:x": ("ann",), "aws:username": ("ann",)})


@pytest.mark.parametrize(
    "block",
    [
        [],
        "StringEquals",
        {"StringEquals": "x"},
        {"StringEqual": {"aws:x": "y"}},
        {"stringequals": {"aws:x": "y"}},
        {"StringEqualsIfexists": {"aws:x": "y"}},
        {"ForSomeValues:StringEquals": {"aws:x": "y"}},
        {"NullIfExists": {"aws:x": "true"}},
        {"Null": {"aws:x": "maybe"}},
        {"StringEquals": {"x": "y"}},
        {"StringEquals": {"aws:x": []}},
        {"StringEquals": {"aws:x": {"y": "z"}}},
        {"StringEquals": {"aws:x": None}},
        {"NumericEquals": {"aws:x": "ten"}},
        {"NumericEquals": {"aws:x": "${aws:username}"}},
        {"DateEquals": {"aws:x": "tomorrow"}},
        {"BinaryEquals": {"aws:x": "ä"}},
        {"IpAddress": {"aws:x": "203.0.113.0/33"}},
    ],
)
def test_a_condition_that_cannot_be_read_is_refused(block):
    with pytest.raises(MalformedPolicyError):
        conditions.parse(block, variables=True)
