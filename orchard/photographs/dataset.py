"""The photographs on this machine: the user's, or some that Orchard draws so that it can be tried without any."""

import hashlib
import shutil
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from orchard.aws import layout
from orchard.aws.bucket import Bucket
from orchard.base import local_records
from orchard.base.config import Settings
from orchard.base.counts import are, counted
from orchard.base.errors import OrchardError
from orchard.base.language import tr
from orchard.base.places import DATA, STATE
from orchard.photographs import fetch, plan, tree, unpack, upload

RAW = DATA / "raw"
DRAWN = STATE / "drawn"
SAMPLE = STATE / "sample"


def place_of(settings: Settings) -> Path:
    """Return where the user's data set is to be, in any layout of `orchard.photographs.readings`."""
    return settings.dataset or RAW


def split_of(folder: Path, wanted: str) -> str:
    """Return the wanted split if the data set has it, else the one that it has; raises as `tree.scan`."""
    present = tree.scan(folder).splits
    return wanted if wanted in present else present[0]


def find_or_draw(settings: Settings) -> tuple[Path, int]:
    """Return the user's data set and 0, or where there is none, drawn pictures and how many they are.

    Raises:
        UsageError: a data set is named and has no photographs, or can be read in two ways.
    """
    if settings.dataset or tree.has_photographs(RAW):
        return tree.scan(place_of(settings)).root, 0
    from orchard.photographs import drawing

    return DRAWN, drawing.draw(DRAWN)


def get_published(settings: Settings) -> list[str]:
    """Download the archive that the settings name and unpack its photographs where the user's data set is to be.

    Returns:
        lines that say what came.

    Raises:
        OrchardError: the archive cannot be had, is not the one that the settings expect, or is not safe to unpack.
    """
    archive = fetch.fetch(settings.archive, DATA / PurePosixPath(urlsplit(settings.archive).path).name)
    if settings.archive_sha256:
        with archive.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != settings.archive_sha256:
            raise OrchardError(
                f"{archive} has the SHA-256 {found}, not {settings.archive_sha256}",
                f"delete it and call again (rm '{archive}'), or correct the setting archive_sha256",
            )
    done = unpack.unpack(archive, RAW)
    there = done.written + done.kept
    return [
        f"{are(there, 'photograph')} in {RAW}: {done.written:,} new, {done.kept:,} were there.",
        f"{done.left_out:,} other files of the archive are left out.",
        f"The archive stays: {archive}",
    ]


def preview(folder: Path, store: Bucket, *, delete: bool, packed: bool) -> plan.Plan:
    """Find out what an upload would do; raises as `orchard.photographs.upload.run`."""
    ledger = upload.ledger_of(store)
    try:
        return plan.make(tree.scan(folder), store, ledger, delete=delete, packed=packed)
    finally:
        ledger.close()


def send(folder: Path, store: Bucket, *, delete: bool, packed: bool) -> list[str]:
    """Upload a data set and say what was done, in lines; raises as `orchard.photographs.upload.run`."""
    done = upload.run(folder, store, delete=delete, packed=packed)
    local_records.remember_dataset(folder)
    speed = tr(f" in {done.seconds:,.1f} s ({done.sent / done.seconds:,.0f} files/s)") if done.sent else ""
    shards = tr(" in ") + tr(counted(done.objects, "shard")) if packed and done.objects else ""
    where = store.uri(layout.PACKED if packed else layout.RAW)
    lines = [
        f"{are(done.photographs, 'photograph')} in {where}, counted and verified: {done.sent:,} sent "
        f"({done.size / 1e6:,.1f} MB){shards}{speed}, {done.photographs - done.sent:,} were there."
    ]
    return [*lines, f"{done.deleted:,} others were deleted."] if done.deleted else lines


def sample(folder: Path, split: str, count: int) -> tuple[Path, int]:
    """Return a data set of about `count` of a split's photographs, spaced evenly over it, and how many it has in all.

    The photographs are linked, not copied, under Orchard's own state, as the bucket will have them. A data set of no
    more that is laid out so already is returned as it is.
    """
    found = [photograph for photograph in tree.scan(folder).photographs if photograph.name.startswith(f"{split}/")]
    if len(found) <= count and all(photograph.name == photograph.path for photograph in found):
        return folder, len(found)
    shutil.rmtree(SAMPLE, ignore_errors=True)
    for photograph in found[:: -(-len(found) // count)]:
        link = SAMPLE / photograph.name
        link.parent.mkdir(parents=True, exist_ok=True)
        try:
            link.hardlink_to(folder / photograph.path)
        except OSError:  # another file system
            shutil.copyfile(folder / photograph.path, link)
    return SAMPLE, len(found)
