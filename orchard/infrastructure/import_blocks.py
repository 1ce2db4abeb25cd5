"""A root of Terraform with import blocks in it, beside the state."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path


def beside(state_dir: Path, root: Path, imports: Mapping[str, str]) -> Path:
    """Copy a root's own files to a directory beside the state, with a file of import blocks among them.

    Not into the root itself: a command for another target, or another cluster, would read them there.

    Args:
        state_dir: where the state is.
        root: the root's directory.
        imports: ids by address.

    Returns:
        the copy.
    """
    copy = state_dir / "imports" / root.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("tests", ".terraform"))
    (copy.parent / "modules").symlink_to(root.parent / "modules")
    blocks = [{"to": address, "id": resource_id} for address, resource_id in imports.items()]
    (copy / "imports.tf.json").write_text(json.dumps({"import": blocks}, indent=2))
    return copy
