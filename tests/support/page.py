"""The examples of the page on the local AWS, for those that run them; it stands on the standard library alone."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "local-aws.md"


def example(heading: str) -> str:
    """Return the block of code under a heading; of commands without their prompts."""
    part = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.M | re.S)
    assert part, f"{PAGE.name} has no heading {heading}"
    code = re.search(r"^```\w+\n(.*?)^```", part[1], re.M | re.S)
    assert code, f"{PAGE.name} shows nothing under {heading}"
    return re.sub(r"^\$ ", "", code[1], flags=re.M)
