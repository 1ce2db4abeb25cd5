"""Objects to files: several at once, resumed where they broke off, verified, and never over somebody's own file."""

from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import NamedTuple

from orchard.aws.bucket import Bucket, Entry
from orchard.aws.layout import MANIFESTS
from orchard.base.errors import InterruptedByUserError, OrchardError, UsageError
from orchard.diagnosis.aws import AwsError, NoBucketError
from orchard.transfer import disk, verify
from orchard.transfer.files import Stamp
from orchard.transfer.ledger import Ledger, Record
from orchard.transfer.progress import Meter

THREADS = 16
BLOCK = 1 << 20
TRIES = 5  # without a byte of progress
LOST = "connection-lost"  # kind of the errors after which the rest of an object is worth asking for


class Want(NamedTuple):
    """An object and the file that it becomes."""

    entry: Entry
    path: Path


def run(store: Bucket, folders: dict[str, Path], *, force: bool = False, again: str) -> int:
    """Make directories equal to what lies under prefixes.

    Files that an earlier call wrote and nobody has touched since are replaced, or removed when their object is gone.
    All of them are read: one whose bytes are not those that arrived is fetched again.

    Args:
        store: the bucket.
        folders: the directory for each prefix (which ends with a slash).
        force: replace files that differ, too.
        again: the command that goes on, for errors.

    Returns:
        how many files were downloaded; the others were there.

    Raises:
        UsageError: a file is there that is not the object and that no earlier call wrote; nothing was changed.
        OrchardError: S3, the network or the disk failed; what has arrived stays.
        InterruptedByUserError: by Ctrl-C; what has arrived stays.
    """
    ledger = Ledger(store.state_dir / "transfers" / f"{store.name}.downloads.jsonl")
    try:
        return _Download(store, ledger, force, again).run(folders)
    finally:
        ledger.close()


class _Download:
    def __init__(self, store: Bucket, ledger: Ledger, force: bool, again: str) -> None:
        self.store, self.ledger, self.force, self.again = store, ledger, force, again
        self.over = False  # nothing more is begun

    def run(self, folders: dict[str, Path]) -> int:
        wanted = [
            Want(e, _inside(folder, e.key.removeprefix(p))) for p, folder in folders.items() for e in self._list(p)
        ]
        missing = [want for want in wanted if not self._have(want)]
        stale = self._stale(folders, {want.entry.key for want in wanted})
        size = sum(want.entry.size for want in missing)
        for folder in folders.values():
            disk.require(folder, size)
        with Meter("downloading", len(missing), size) as self.meter:
            last = [want for want in missing if want.path.name in MANIFESTS]  # its presence means complete
            self._get_all([want for want in missing if want.path.name not in MANIFESTS])
            for path in stale:
                path.unlink(missing_ok=True)
            self._get_all(last)
        return len(missing)

    def _list(self, prefix: str) -> list[Entry]:
        return [entry for entry in self.store.listing(prefix) if not entry.key.endswith("/")]

    def _have(self, want: Want) -> bool:
        """Tell whether the file is the object; refuse to touch one that is neither it nor an earlier call's."""
        if not want.path.exists():
            return False
        stamp = Stamp.of(want.path.stat())
        record = self.ledger.records.get(self._name(want))
        if record and record.sha256 and record.stamp.size == stamp.size:
            # The bytes themselves: a disk may change them and leave the stamp, a program them and put the time back.
            if verify.sha256(want.path) == record.sha256:
                return record.etag == want.entry.etag
            if (record.stamp.mtime_ns, record.stamp.inode) == (stamp.mtime_ns, stamp.inode):
                return False  # what an earlier call wrote, damaged: nobody's work
        if stamp.size == want.entry.size and verify.matches(want.path, self._head(want.entry)):
            self._confirm(want)
            return True
        if not self.force:
            raise UsageError(
                f"{want.path} is there and differs from {self.store.uri(want.entry.key)}",
                "move it away, or let it be replaced: --force",
            )
        return False

    def _stale(self, folders: dict[str, Path], keys: set[str]) -> list[Path]:
        """Find files that an earlier call wrote for objects that are gone, such as parts of an interrupted run."""
        found = []
        for prefix, folder in folders.items():
            for name, record in self.ledger.records.items():
                key, _, where = name.partition("\n")
                path = Path(where)
                gone = key.startswith(prefix) and key not in keys and path.is_relative_to(folder)
                if gone and path.exists() and Stamp.of(path.stat()) == record.stamp:
                    found.append(path)
        return found

    def _get_all(self, wanted: list[Want]) -> None:
        pool = ThreadPool(THREADS)  # of daemons: Ctrl-C does not wait for answers that may never come
        try:
            for _ in pool.imap_unordered(self._get, wanted):
                pass
        except KeyboardInterrupt:
            self.over = True
            raise InterruptedByUserError(
                f"interrupted: {self.meter.done_files:,} of {self.meter.files:,} files are there",
                f"{self.again} goes on where it stopped",
            ) from None
        except OrchardError:
            self.over = True
            pool.close()
            pool.join()
            raise
        finally:
            pool.close()

    def _get(self, want: Want) -> None:
        if self.over:
            return
        part = want.path.with_name(f".{want.path.name}.{want.entry.etag.strip(chr(34))}.part")
        try:
            want.path.parent.mkdir(parents=True, exist_ok=True)
            for old in want.path.parent.glob(f".{want.path.name}.*.part"):
                if old != part:
                    old.unlink()  # of an object that has been replaced since
            self._fill(want, part)
            if not verify.matches(part, self._head(want.entry)):
                part.unlink()
                raise OrchardError(
                    f"{self.store.uri(want.entry.key)} did not arrive as S3 keeps it", f"call again: {self.again}"
                )
            part.replace(want.path)
        except OSError as error:
            raise disk.explain(error, want.path.parent) from None
        self._confirm(want)
        self.meter.add(1, 0)

    def _fill(self, want: Want, part: Path) -> None:
        """Append to the part what is missing, for as long as each try brings something."""
        tries = 0
        while True:
            first = part.stat().st_size if part.exists() else 0
            if first > want.entry.size:
                part.unlink()
                continue
            try:
                self._append(want, part, first)
            except AwsError as error:
                brought = part.exists() and part.stat().st_size > first
                tries = 0 if brought else tries + 1
                if error.kind != LOST or tries == TRIES or self.over:
                    raise self._explain(error, want.entry) from None
            else:
                return

    def _append(self, want: Want, part: Path, first: int) -> None:
        with part.open("ab") as file:
            if first == want.entry.size:
                return
            span = {"Range": f"bytes={first}-"} if first else {}
            body = self.store.s3.get_object(
                Bucket=self.store.name, Key=want.entry.key, IfMatch=want.entry.etag, **span
            )["Body"]
            for block in body.iter_chunks(BLOCK):
                file.write(block)
                self.meter.add(0, len(block))

    def _head(self, entry: Entry) -> dict:
        try:
            return self.store.s3.head_object(
                Bucket=self.store.name, Key=entry.key, IfMatch=entry.etag, ChecksumMode="ENABLED"
            )
        except AwsError as error:
            raise self._explain(error, entry) from None

    def _confirm(self, want: Want) -> None:
        record = Record(want.entry.etag, verify.sha256(want.path), Stamp.of(want.path.stat()))
        self.ledger.confirm(self._name(want), record)

    def _name(self, want: Want) -> str:
        return f"{want.entry.key}\n{want.path}"

    def _explain(self, error: AwsError, entry: Entry) -> OrchardError:
        if error.status in (404, 412) and not isinstance(error, NoBucketError):
            return OrchardError(
                f"{self.store.uri(entry.key)} was replaced or deleted meanwhile: a job is writing there",
                f"wait for it, then call again: {self.again}",
            )
        return error.resumed_by(self.again)


def _inside(folder: Path, name: str) -> Path:
    """Return the file for an object; a key is free text, and must not lead out of the directory."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise OrchardError(
            f"the key .../{name} would be written outside {folder}", "delete that object: it is no result"
        )
    return path
