"""Moments at which a command is broken off, by what its Terraform has said so far."""

from tests.faults.stand import Event, Moment


def begun(heard: list[Event]) -> bool:
    """Terraform has said its version, and no more."""
    return bool(heard)


def done(count: int) -> Moment:
    """So many resources are made, or removed."""
    return lambda heard: sum(e["type"] == "apply_complete" and _changes(e) for e in heard) >= count


def begins(kind: str) -> Moment:
    """A resource of a type is being made, or removed."""
    return lambda heard: any(e["type"] == "apply_start" and _changes(e) and _of(e, kind) for e in heard)


def is_done(kind: str) -> Moment:
    """A resource of a type is made, or removed."""
    return lambda heard: any(e["type"] == "apply_complete" and _changes(e) and _of(e, kind) for e in heard)


def looked(count: int) -> Moment:
    """So many resources are looked at."""
    return lambda heard: sum(event["type"] == "refresh_complete" for event in heard) >= count


def told(kind: str) -> Moment:
    """Terraform has said something of a kind."""
    return lambda heard: any(event["type"] == kind for event in heard)


def _changes(event: Event) -> bool:
    return event["hook"].get("action") != "read"


def _of(event: Event, kind: str) -> bool:
    return event["hook"]["resource"]["resource_type"] == kind
