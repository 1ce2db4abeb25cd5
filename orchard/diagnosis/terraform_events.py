"""Terraform's machine-readable output: one JSON object a line while it works (`-json`)."""

import json
from dataclasses import dataclass, field
from typing import Any

# What a user wants to read while Terraform works; the rest (refreshes, versions, outputs) is for machines.
SHOWN = ("planned_change", "change_summary", "apply_start", "apply_progress", "apply_complete", "apply_errored")


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        kind: Terraform's type of message, such as `apply_complete` or `diagnostic`.
        message: one line for people.
        address: the resource, such as `module.cluster.aws_emr_cluster.this`; empty where it is about none.
        action: `create`, `update`, `delete`, `replace`, ...; empty where nothing is done.
    """

    kind: str
    message: str
    address: str = ""
    action: str = ""


@dataclass
class Transcript:
    """What one run of Terraform said.

    Attributes:
        errors: its diagnostics of severity error, each `{"summary", "detail", ...}`.
        warnings: the same for warnings.
        changes: how many resources a plan adds, changes and removes.
        plain: lines that were no events: crashes, messages from before it read its arguments, or, for a command that
            answers with a document, the document.
        events: whether to expect events at all.
    """

    events: bool = True

    errors: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=lambda: {"add": 0, "change": 0, "remove": 0})
    plain: list[str] = field(default_factory=list)

    def read(self, line: str) -> Event | None:
        """Take one line in; returns the event it tells of, if a user should see it."""
        event = _parsed(line) if self.events else None
        if event is None:
            self.plain.append(line.rstrip("\n"))
            return None
        if event.get("type") == "diagnostic":
            return self._diagnostic(event["diagnostic"])
        if event.get("type") == "change_summary":
            self.changes = {name: int(event["changes"].get(name, 0)) for name in self.changes}
        about = event.get("hook") or event.get("change") or {}
        if event.get("type") not in SHOWN or about.get("action") in ("read", "noop"):
            return None
        return Event(
            event["type"],
            event.get("@message", ""),
            about.get("resource", {}).get("addr", ""),
            about.get("action", ""),
        )

    def _diagnostic(self, diagnostic: dict[str, Any]) -> Event | None:
        if diagnostic["severity"] == "error":
            self.errors.append(diagnostic)
            return None  # reported once, as cause and remedy
        self.warnings.append(diagnostic)
        detail = " ".join((diagnostic.get("detail") or diagnostic["summary"]).split())
        return Event("diagnostic", f"Warning: {detail}", diagnostic.get("address", ""))

    @property
    def text(self) -> str:
        """All that went wrong, as one text to recognise errors in."""
        parts = [f"{error['summary']}\n{error.get('detail', '')}" for error in self.errors]
        return "\n".join(parts) if parts else "\n".join(self.plain)


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None
