"""Behaviours of AWS that the local AWS models: a row of docs/fidelity.md for each test that shows one."""

from collections.abc import Callable
from typing import Any


def models(behaviour: str, *, source: str) -> Callable[[Any], Any]:
    """Say which behaviour of AWS a test shows; `./inv check.docs` makes the table from these words.

    Args:
        behaviour: what AWS does, as one sentence without a full stop that begins with the service (`S3 answers ...`).
        source: where that is written: a page of AWS's documents, a class of Hadoop, a file of the provider; or
            `not verified: ...` with what is to be looked at.
    """
    assert behaviour[0].isupper(), behaviour
    assert not behaviour.endswith("."), behaviour
    assert source, behaviour
    return lambda test: test
