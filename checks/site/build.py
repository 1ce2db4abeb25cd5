"""Builds the site with MkDocs, in an environment of its own; nothing that it shows comes from another host."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from checks import environments
from checks.site.stage import stage
from orchard.base.errors import OrchardError
from orchard.base.places import ROOT

HERE = Path(__file__).parent
ENVIRONMENT = ROOT / ".venv-site"
LOCK = ROOT / "requirements" / "site.lock"
SITE = ROOT / "site"
MERMAID = "74d7c46dabca328c2294733910a8aa1ed0c37451776e8d5295da38a2b758fb9b"  # of npm's mermaid 11.16.0


def build() -> Path:
    """Return the site's first page.

    Raises:
        OrchardError: MkDocs cannot be installed, or warns of something.
    """
    programs = environments.prepare(ENVIRONMENT, LOCK)
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder, "pages")
        stage(pages)
        for name in ("orchard.css", "favicon.svg"):
            shutil.copyfile(HERE / name, pages / name)
        (pages / "mermaid.js").write_bytes(_mermaid())
        for name in ("mkdocs.yml", "hooks.py"):
            shutil.copyfile(HERE / name, Path(folder, name))
        words = ["build", "--strict", "--site-dir", str(SITE)]  # with --quiet it would not notice its own warnings
        environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # the theme's word about MkDocs itself
        done = subprocess.run(
            [str(programs / "mkdocs"), *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if not line.startswith("INFO")]
        raise OrchardError("\n".join(("the site cannot be built:", *told)), "mend what is named, and call again")
    return SITE / "index.html"


def _mermaid() -> bytes:
    """Return Mermaid for browsers, from a package that carries it.

    Raises:
        OrchardError: it is another one than npm publishes.
    """
    (found,) = ENVIRONMENT.glob("lib/python*/site-packages/mermaidx/assets/mermaid.js")
    content = found.read_bytes()
    if hashlib.sha256(content).hexdigest() != MERMAID:
        raise OrchardError(f"{found} is not mermaid.js as npm has it", "compare it, then change checks/site/build.py")
    return content
