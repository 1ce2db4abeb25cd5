"""Running a notebook, and reading what it showed."""

from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.waiting import PATIENCE


def execute(path: Path, folder: Path, **replaced: str) -> Any:
    """Run a rendered notebook from top to bottom in its own kernel; the words in `replaced` first."""
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        for old, new in replaced.items():
            cell.source = cell.source.replace(old, new)
    client = NotebookClient(book, timeout=600, resources={"metadata": {"path": str(folder)}})
    client.create_kernel_manager().shutdown_wait_time = PATIENCE  # it ends its Spark session first
    client.execute()
    return book


def output(book: Any, cell: str) -> str:
    """Everything that a cell printed or returned, as text."""
    found = next(c for c in book.cells if c.id == cell)
    texts = []
    for part in found.outputs:
        texts.append(part.get("text", "") or "".join(part.get("traceback", [])))
        texts.append(str(part.get("data", {}).get("text/plain", "")))
    return "\n".join(texts)


def complaints(book: Any) -> list[str]:
    """The cells that sparkmagic showed an error for: it writes to standard error, and the notebook goes on."""
    return [
        f"{cell.id}: {part.text}"
        for cell in book.cells
        if cell.cell_type == "code"
        for part in cell.outputs
        if part.output_type == "stream" and part.name == "stderr"
    ]
