"""How a folder of photographs is read: which of its folders are splits, which are classes.

The bucket has one layout, `<split>/<class>/<image>`. What people have is one of these, and each becomes that one:

| on this machine | split | class |
| --- | --- | --- |
| `Training/Apple/1.jpg`, `TRAIN/Apple/1.jpg`, `val/Apple/1.jpg` | by the word, see WORDS | `Apple` |
| `train/1.jpg` | by the word | `unlabelled` |
| `Apple/1.jpg` | `Training` | `Apple` |
| `Apple/Red 1/1.jpg`, with or without a split above | as above | `Apple Red 1` |
| `1.jpg` | `Training` | `unlabelled` |
| any of these below folders of which each holds but the next | as above | as above |
| a split, or a class in a split, of a data set | that of the data set | that of the data set |
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from orchard.base.errors import UsageError
from orchard.base.language import tr

SPLITS = ("Training", "Test")  # the bucket's
VALIDATION = "Validation"  # photographs that are held out, too: the bucket has them in Test
WORDS = {
    "train": "Training",
    "training": "Training",
    "test": "Test",
    "testing": "Test",
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
}
UNLABELLED = "unlabelled"
NESTED = " "  # between the names of nested classes, as Fruits-360 has it: `Apple Red 1`
HIGHEST = 3  # folders from the data set's own to the splits: no word counts as a split further down


class Reading(NamedTuple):
    """What a folder's folders are; all are named from the root on, the root is empty.

    Attributes:
        splits: split by folder.
        prefixes: what comes before a photograph's name in its key, `<split>/<class>/`, by folder.
        whole: the folder of the whole data set, where the root is only a split or a class of it.
    """

    splits: dict[str, str]
    prefixes: dict[str, str]
    whole: Path | None = None

    def place(self, folder: str) -> tuple[str, str] | None:
        """Return split and class of what a folder holds; no class where it is in none, None beside the splits."""
        for above in _upwards(folder):
            if above in self.prefixes:
                split, label, _ = self.prefixes[above].split("/")
                return split, label
            if above in self.splits:
                label = folder.removeprefix(above).strip("/").partition("/")[0]
                return self.splits[above], "" if label.startswith(".") else label
        return None


def understand(root: Path, counts: Mapping[str, int]) -> Reading:
    """Find splits and classes.

    Args:
        root: the folder that the user named.
        counts: number of photographs by folder, of those that hold some themselves; never empty.

    Raises:
        UsageError: there are two readings, which it names; or two folders would be one class.
    """
    found = _splits(root, counts)
    if not found:
        return _without_splits(root, counts)
    prefixes: dict[str, str] = {}
    for folder, (split, mark) in found.items():
        labels = _classes(folder, [name for name in counts if _within(name, folder)], UNLABELLED)
        prefixes |= {name: f"{split}/{label}/{mark}" for name, label in labels.items()}
    return Reading({folder: split for folder, (split, _) in found.items()}, prefixes)


def _named(folders: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return of those folders side by side that are splits: the bucket's, and what marks the names of photographs.

    Validation and test are both held out and often number their photographs alike, so names of the first are marked.
    """
    found = {name: WORDS.get(re.sub(r"[\s_-]|set$", "", name.lower())) for name in folders}
    tested = "Test" in found.values()
    return {
        name: ("Test", f"{name}-" if tested else "") if word == VALIDATION else (word, "")
        for name, word in found.items()
        if word
    }


def _splits(root: Path, counts: Mapping[str, int]) -> dict[str, tuple[str, str]]:
    """Return the folders that are splits, all in the same one, with what `_named` says of them."""
    for depth in range(1, HIGHEST + 1):
        above = {"/".join(parts[:depth]) for name in counts if len(parts := name.split("/")) >= depth}
        found = sorted(folder for folder in above if _named([PurePosixPath(folder).name]))
        if found:
            break
    else:
        return {}
    parents = sorted({folder.rpartition("/")[0] for folder in found})
    if len(parents) > 1:
        raise UsageError(
            f"{root} can be read in two ways: as {len(parents)} data sets ({_some(parents)}), or as classes of these "
            f"names, each with splits of its own (found: {_some(found)})",
            f"name one data set: --dataset '{root / parents[0]}'; or put splits above classes: "
            f"{PurePosixPath(found[0]).name}/{PurePosixPath(parents[0]).name}",
        )
    beside = sorted(name for name in counts if not any(_within(name, one) or _within(one, name) for one in found))
    named = _named(PurePosixPath(folder).name for folder in found)
    splits = {split for split, _ in named.values()}
    labelled = any(_within(name, folder) and name != folder for name in counts for folder in found)
    if beside and not (labelled and len(splits) > 1):
        raise UsageError(
            f"{root} can be read in two ways: {_some(found)} as {' and '.join(sorted(splits))}, without "
            f"{_some(beside)}; or all of them as classes of Training (found: photographs in {_some(beside + found)})",
            f"for the first, move {_some(beside)} into a folder train, beside {found[0]}; for the second, give "
            f"{found[0]} a name that is no split's",
        )
    return {folder: named[PurePosixPath(folder).name] for folder in found}


def _without_splits(root: Path, counts: Mapping[str, int]) -> Reading:
    """Read classes, or a flat folder; the folders above the root tell whether it is a part of a data set."""
    split, label, mark, whole = _part(root)
    inside = [name for name in counts if name]
    if inside and counts.get("", 0) > (others := sum(counts[name] for name in inside)):
        raise UsageError(
            f"{root} can be read in two ways: {counts['']:,} photographs without a class, or {others:,} with one "
            f"(found: photographs in the folder itself, and in {_some(sorted(inside))})",
            "put those of the folder itself into a folder of their class; or those of all folders into one",
        )
    above = [name.rpartition("/")[0] for name in _classes("", inside, "")] if inside and not label else [""]
    base = posixpath.commonpath(above)
    labels = _classes(base, [name for name in counts if _within(name, base)], label or UNLABELLED)
    named = {name: f"{label}{NESTED}{own}" if label and name else own for name, own in labels.items()}
    return Reading({base: split}, {name: f"{split}/{own}/{mark}" for name, own in named.items()}, whole)


def _part(root: Path) -> tuple[str, str, str, Path | None]:
    """Tell split, class, mark and folder of the data set that a folder is a part of; Training where it is of none.

    People call folders `test` for other reasons, so a split has another one beside it, or is spelt as in the bucket.
    """
    for folder, label in ((root, ""), (root.parent, root.name)):
        if _named([folder.name]):
            try:
                beside = _named(entry.name for entry in folder.parent.iterdir() if entry.is_dir())
            except OSError:
                continue
            if folder.name in SPLITS or len({split for split, _ in beside.values()}) > 1:
                return beside[folder.name][0], label, beside[folder.name][1], folder.parent
    return "Training", "", "", None


def _classes(base: str, folders: list[str], alone: str) -> dict[str, str]:
    """Name the classes below a folder: the uppermost folders with photographs, or itself where there are no others.

    Raises:
        UsageError: two would have one name.
    """
    below = {name for name in folders if name != base}
    tops = sorted(name for name in below if not below.intersection([*_upwards(name)][1:]))
    if not tops:
        return {base: alone}
    labels = {name: name.removeprefix(base).strip("/").replace("/", NESTED) for name in tops}
    first: dict[str, str] = {}
    for name, label in labels.items():
        if first.setdefault(label, name) != name:
            raise UsageError(
                f"the folders {_some([first[label], name])} would both be the class {shown(label)}",
                "rename one of them, or put its photographs into the other",
            )
    return labels


def shown(name: str) -> str:
    """Return a name for people, of a file or folder whose name need not be UTF-8."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _within(name: str, folder: str) -> bool:
    return not folder or name == folder or name.startswith(f"{folder}/")


def _upwards(folder: str) -> list[str]:
    """Return a folder and all above it, the root last."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]


def _some(names: list[str]) -> str:
    return shown(", ".join(names[:3])) + (tr(f" and {len(names) - 3:,} more") if len(names) > 3 else "")
