"""A step's working directory, laid out as YARN lays out a container: the application and its resources side by side.

`--archives env.tar.gz#environment` is unpacked into `environment/`, `--files x#y` is there as `y`, and so on (Spark
documentation, "Running Spark on YARN", and SPARK-33530 for the meaning of `#`).
"""

import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from orchard.emulator.outside import OrchardError

Locate = Callable[[str], Path | None]


def on_disk(uri: str) -> Path | None:
    """Find the file of a resource on this machine."""
    return Path(uri.removeprefix("file://"))


def localize(uri: str, folder: Path, locate: Locate = on_disk) -> Path:
    """Fetch a resource (`s3://...`, a path, either with `#name`) into the folder.

    Raises:
        OrchardError: it does not exist.
    """
    source, _, alias = uri.partition("#")
    target = folder / (alias or PurePosixPath(urlsplit(source).path).name)
    body = locate(source)
    if body is None or not body.is_file():
        raise OrchardError(f"{source} does not exist", "upload it before the step that uses it")
    if not (target.exists() and target.samefile(body)):
        shutil.copyfile(body, target)
    return target


def unpack(uri: str, folder: Path, locate: Locate = on_disk) -> Path:
    """Fetch an archive and unpack it into a folder of its alias (or its own name).

    Raises:
        OrchardError: it does not exist, or is no archive.
    """
    source, _, alias = uri.partition("#")
    packed = localize(source, folder, locate)
    target = folder / (alias or packed.name)
    aside = packed.rename(packed.with_name(f".{packed.name}"))
    target.mkdir(parents=True, exist_ok=True)
    try:
        if zipfile.is_zipfile(aside):
            with zipfile.ZipFile(aside) as archive:
                archive.extractall(target)  # noqa: S202 - zipfile keeps members inside the target
        else:
            with tarfile.open(aside) as archive:
                archive.extractall(target, filter="tar")
    except tarfile.TarError as error:
        raise OrchardError(f"{source} cannot be unpacked: {error}", "make it a .zip or a .tar.gz") from None
    aside.unlink()
    return target
