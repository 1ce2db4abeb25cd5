"""Whether `terraform init` is done: it computes the provider's checksum (700 MB) three times to come to the same."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def given(root: Path, backend: Mapping[str, Any], environment: Mapping[str, str], program: Path) -> str:
    """Sum up what `init` reads: where the state is, who is asked for providers, the root, its lock.

    Args:
        root: the root's directory.
        backend: the configuration of the backend.
        environment: of Terraform.
        program: Terraform itself.
    """
    settings = [environment.get(name, "") for name in ("TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR")]
    files = [*sorted(root.glob("*.tf")), root / ".terraform.lock.hcl", *map(Path, settings[:1])]
    texts = [file.read_text() for file in files if file.is_file()]
    told = [backend, settings, [str(program), program.stat().st_mtime_ns], texts]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


class Initialised:
    """The note in Terraform's data directory that `init` has left it as it is.

    Args:
        data: that directory.
        given: what `init` was, or is to be, done with.
    """

    def __init__(self, data: Path, given: str) -> None:
        self._data, self._note, self._given = data, data / "orchard.init", given

    @property
    def holds(self) -> bool:
        """Whether it was done with the same, and all that it has written, linked to or unpacked is still there."""
        packages = (self._data / "providers").glob("*/*/*/*/*")
        whole = (self._data / "terraform.tfstate").exists() and all(package.exists() for package in packages)
        return whole and self._note.exists() and self._note.read_text() == self._given

    def note(self) -> None:
        """Note that it is done."""
        self._note.write_text(self._given)

    def forget(self) -> None:
        """Say that it is not done."""
        self._note.unlink(missing_ok=True)
