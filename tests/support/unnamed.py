"""A target's name that nobody may ask for: code under test that decides by it fails, however it spells the question."""

from typing import NoReturn

import pytest


class Unnamed(str):
    """A text that cannot be compared, looked up, searched, formatted or printed."""

    __slots__ = ()

    def _refuse(self, *_: object) -> NoReturn:
        pytest.fail("somebody asks which target this is, instead of what can be done there")

    __eq__ = __ne__ = __hash__ = __str__ = __repr__ = __format__ = __contains__ = __len__ = __iter__ = _refuse
    startswith = endswith = lower = strip = _refuse
