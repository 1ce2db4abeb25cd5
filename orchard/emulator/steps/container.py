"""A step's working directory, laid out as YARN lays out a container: the application and its resources side by side.

`--archives env.tar.gz#environment` is unpacked into `environment/`, `--files x#y` is there as `y`, and so on (Spark
documentation, "Running Spark on YARN", and SPARK-33530 for the meaning of `#`).
"""

import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from orchard.base.errors import OrchardError
from orchard.emulator.s3 import access
from orchard.emulator.s3.access import Place


def localize(uri: str, folder: Path) -> Path:
    """Fetch a resource (`s3://...`, a path, either with `#name`) into the folder.

    Raises:
        OrchardError: it does not exist.
    """
    source, _, alias = uri.partition("#")
    target = folder / (alias or PurePosixPath(urlsplit(source).path).name)
    if access.is_uri(source):
        body = access.body(Place.parse(source))
    else:
        body = Path(source.removeprefix("file://"))
    if body is None or not body.is_file():
        raise OrchardError(f"{source} does not exist", "upload it before the step that uses it")
    shutil.copyfile(body, target)
    return target


def unpack(uri: str, folder: Path) -> Path:
    """Fetch an archive and unpack it into a folder of its alias (or its own name).

    Raises:
        OrchardError: it does not exist, or is no archive.
    """
    source, _, alias = uri.partition("#")
    packed = localize(source, folder)
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
