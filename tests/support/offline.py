"""An environment in which neither uv nor pip gets anything from a network or a cache."""

from pathlib import Path


def offline(folder: Path) -> dict[str, str]:
    """Return its variables; `folder` becomes uv's empty cache."""
    return {
        "UV_OFFLINE": "1",
        "UV_CACHE_DIR": str(folder / "uv"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
        "PIP_CONFIG_FILE": "/dev/null",
    }
