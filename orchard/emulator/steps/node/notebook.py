"""notebook-execution: runs a notebook from the first cell to the last, and writes a copy with what came out.

Parameters go, as with papermill, into a cell of their own after the one that is tagged `parameters`, or to the top. A
notebook of the kernel PySpark works through the cluster's Livy.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from orchard.emulator.outside import OrchardError, packages, pyspark_kernel
from orchard.emulator.steps.node.place import Node

COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def main(_: list[str]) -> int:
    """Run the notebook that the environment names.

    Raises:
        OrchardError: it does not exist, is no notebook, or wants a kernel that is not here.
    """
    packages.require("notebooks")
    import nbformat
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    asked, node = json.loads(os.environ.pop("ORCHARD_NOTEBOOK")), Node.here()
    source, target = node.path(asked["notebook"]), node.path(asked["output"])
    if not source.is_file():
        raise OrchardError(f"{asked['notebook']} does not exist", "upload the notebook before")
    try:
        book = nbformat.read(source, as_version=4)
    except (ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        raise OrchardError(f"{asked['notebook']} is no notebook: {error}", "upload one that Jupyter can open") from None
    _inject(book, asked["parameters"])
    os.environ |= pyspark_kernel.prepare(asked["livy"], Path(node.base) / "jupyter", login=tuple(asked["login"]))
    client = NotebookClient(book, timeout=None, resources={"metadata": {"path": str(node.work)}})
    try:
        client.execute()
    except CellExecutionError as error:
        print(COLOURS.sub("", str(error)))
        print(f"{error.ename}: {COLOURS.sub('', error.evalue)}", file=sys.stderr)
        return 1
    except NoSuchKernel as error:
        raise OrchardError(f"there is no kernel {error.name}", "take PySpark or Python 3") from None
    finally:
        _write(book, target, html=asked["html"])
    return 0


def _inject(book: Any, parameters: dict[str, Any]) -> None:
    from nbformat.v4 import new_code_cell

    if not parameters:
        return
    tagged = [n for n, cell in enumerate(book.cells) if "parameters" in cell.metadata.get("tags", [])]
    lines = ["# Parameters", *(f"{name} = {value!r}" for name, value in parameters.items())]
    cell = new_code_cell("\n".join(lines), metadata={"tags": ["injected-parameters"]})
    book.cells.insert(tagged[0] + 1 if tagged else 0, cell)


def _write(book: Any, target: Path, *, html: bool) -> None:
    import nbformat

    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, target)
    if html:
        from nbconvert import HTMLExporter

        target.with_suffix(".html").write_text(HTMLExporter().from_notebook_node(book)[0])
