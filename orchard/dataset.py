"""The photographs on this machine: the user's, or some that Orchard draws so that it can be tried without any."""

from pathlib import Path

from orchard.bucket import Bucket
from orchard.config import DATA, STATE, Settings
from orchard.errors import UsageError

RAW = DATA / "raw"
DRAWN = STATE / "drawn"
SPLITS = ("Training", "Test")
IMAGES = (".jpg", ".jpeg", ".png")


def find(settings: Settings) -> Path:
    """Return the user's data set, the directory above Training and Test.

    Raises:
        UsageError: there is none.
    """
    place = settings.dataset or RAW
    if not has_photographs(place):
        where = f"ORCHARD_DATASET = {place}" if settings.dataset else "data/raw/"
        raise UsageError(
            f"there are no photographs in {where} (wanted: Training/<class>/<image> or Test/<class>/<image>)",
            "put Fruits-360 there, name another directory with ORCHARD_DATASET, or try ./inv demo, which draws some",
        )
    return place.resolve()


def has_photographs(place: Path) -> bool:
    """Tell whether there is a class directory under one of the splits."""
    return any(entry.is_dir() for split in SPLITS if (place / split).is_dir() for entry in (place / split).iterdir())


def split_of(place: Path, wanted: str) -> str:
    """Return the wanted split if the data set has it, else the one that it has."""
    present = [split for split in SPLITS if (place / split).is_dir()]
    return wanted if wanted in present or not present else present[0]


def find_or_draw(settings: Settings) -> tuple[Path, int]:
    """Return the user's data set and 0, or where there is none, drawn pictures and how many they are.

    Raises:
        UsageError: a data set is named and has no photographs.
    """
    if settings.dataset or has_photographs(RAW):
        return find(settings), 0
    from orchard import pictures

    return DRAWN, pictures.draw(DRAWN)


def upload(place: Path, store: Bucket) -> int:
    """Upload the photographs that the bucket lacks, or has in another size, to `data/raw/`.

    Returns:
        how many photographs of the data set are in the bucket now.
    """
    there = dict(store.keys("data/raw/"))
    photographs = [
        (path, f"data/raw/{path.relative_to(place).as_posix()}")
        for split in SPLITS
        for path in sorted((place / split).rglob("*"))
        if path.suffix.lower() in IMAGES and not path.name.startswith(".")
    ]
    store.upload([(path, key) for path, key in photographs if there.get(key) != path.stat().st_size])
    return len(photographs)
