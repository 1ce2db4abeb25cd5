"""The photographs on this machine: the user's, or some that Orchard draws so that it can be tried without any."""

from pathlib import Path

from orchard.bucket import Bucket
from orchard.config import ROOT, Settings
from orchard.errors import UsageError
from orchard.transfer import upload as transfers
from orchard.transfer.tree import SPLITS

RAW = ROOT / "data" / "raw"
DRAWN = ROOT / ".orchard" / "drawn"


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
    """Upload the photographs that the bucket lacks, or has with another content, to `data/raw/`.

    Returns:
        how many photographs of the data set are in the bucket now.
    """
    return transfers.run(place, store).photographs
