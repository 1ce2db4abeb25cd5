"""An index of one small package, orchard-tiny."""

import zipfile
from pathlib import Path


def index(folder: Path) -> str:
    """Make an index in `<folder>/simple`; returns its URL."""
    name = "orchard_tiny-1.0"
    place = folder / "simple" / "orchard-tiny"
    place.mkdir(parents=True)
    with zipfile.ZipFile(place / f"{name}-py3-none-any.whl", "w") as archive:
        archive.writestr("orchard_tiny.py", "WORD = 'tiny'\n")
        info = {
            "METADATA": "Metadata-Version: 2.1\nName: orchard-tiny\nVersion: 1.0\n",
            "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        for file, text in info.items():
            archive.writestr(f"{name}.dist-info/{file}", text)
        files = ["orchard_tiny.py", *(f"{name}.dist-info/{file}" for file in [*info, "RECORD"])]
        archive.writestr(f"{name}.dist-info/RECORD", "".join(f"{file},,\n" for file in files))
    (place / "index.html").write_text(f'<a href="{name}-py3-none-any.whl">{name}-py3-none-any.whl</a>')
    return (folder / "simple").as_uri()
