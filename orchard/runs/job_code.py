"""What the cluster runs, packed under the hash of its content: the same code gives the same name."""

import hashlib
import zipfile
from pathlib import Path
from typing import NamedTuple

from orchard.aws.layout import STEPS
from orchard.base.places import ROOT

SPARK = ROOT / "spark"


class Package(NamedTuple):
    """The job code.

    Attributes:
        code_hash: 16 hexadecimal digits over all shipped files' names and bytes.
        files: what goes to the bucket, `fruits.zip` among them.
    """

    code_hash: str
    files: list[Path]

    def file(self, name: str) -> Path:
        """Return the file of that name."""
        return next(path for path in self.files if path.name == name)


def build(folder: Path) -> Package:
    """Pack `spark/fruits` into `<folder>/<code_hash>/fruits.zip`; nothing is written when it is there already."""
    beside = (path for path in SPARK.glob("fruits/known/*") if path.is_file())  # a photograph, its features and licence
    modules = sorted({*SPARK.glob("fruits/**/*.py"), *beside})
    scripts = [SPARK / f"{name}.py" for name in STEPS]
    total = hashlib.sha256()
    for path in [*modules, *scripts]:
        total.update(path.relative_to(SPARK).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    code_hash = total.hexdigest()[:16]
    archive = folder / code_hash / "fruits.zip"
    if not archive.exists():
        archive.parent.mkdir(parents=True, exist_ok=True)
        partial = archive.with_suffix(".partial")
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in modules:
                # A fixed date: the archive is the same bytes wherever and whenever it is made.
                entry = zipfile.ZipInfo(path.relative_to(SPARK).as_posix(), (1980, 1, 1, 0, 0, 0))
                packed.writestr(entry, path.read_bytes())
        partial.replace(archive)
    return Package(code_hash, [archive, *scripts])
