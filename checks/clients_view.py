"""The matrix of clients as a person reads it."""

from collections.abc import Iterator, Mapping

from rich.table import Table

from checks.clients import OUTCOMES, Tried

HEADINGS = ("works", "refused as AWS does", "fails", "not tried")


def table(tried: Mapping[str, list[Tried]]) -> Table:
    """Count what each client tried, by its outcome."""
    shown = Table("client")
    for heading in HEADINGS:
        shown.add_column(heading, justify="right")
    for name, found in tried.items():
        counts = [sum(one.outcome == outcome for one in found) for outcome in OUTCOMES]
        shown.add_row(name, *(str(count or "") for count in counts))
    return shown


def lines(tried: Mapping[str, list[Tried]]) -> Iterator[str]:
    """List everything that was tried, with what was said where it did not work."""
    headings = dict(zip(OUTCOMES, HEADINGS, strict=True))
    for name, found in tried.items():
        for one in found:
            yield f"{name}: {headings[one.outcome]}: {one.what}{f' ({one.said})' if one.said else ''}"


def failed(tried: Mapping[str, list[Tried]]) -> bool:
    """Whether something fails that works on AWS, or is taken that AWS refuses."""
    return any(one.outcome == "fails" for found in tried.values() for one in found)
