"""The rooms of the control plane stand on one another, in floors."""

from graphlib import CycleError

import pytest

from checks import rooms


def test_no_room_imports_one_that_stands_on_it():
    floors = rooms.floors()
    assert floors[0] == ["base"]
    assert floors[-1] == ["commands"]
    below: set[str] = set()
    for floor in floors:
        assert all(rooms.imported(rooms.HOUSE / name) <= below for name in floor)
        below |= set(floor)
    assert below == {path.parent.name for path in rooms.HOUSE.glob("*/*.py")}


def test_every_room_says_what_it_holds():
    assert [name for floor in rooms.floors() for name in floor if not rooms.purpose(rooms.HOUSE / name)] == []


@pytest.mark.parametrize("line", ["from orchard.one import a", "from orchard import one", "import orchard.one.a"])
def test_a_circle_is_found(tmp_path, monkeypatch, line):
    house = tmp_path / "orchard"
    for room, imports in (("one", "if TYPE_CHECKING:\n    from orchard.two import b"), ("two", line)):
        (house / room).mkdir(parents=True)
        (house / room / "__init__.py").write_text(f'"""{room}."""\n')
        (house / room / "a.py").write_text(imports)
    monkeypatch.setattr(rooms, "HOUSE", house)
    with pytest.raises(CycleError):
        rooms.floors()
