"""Terraform's errors as Orchard's: one line of cause, one of remedy.

The ones that users can run into are in the tables; of the rest, Terraform's first is said.
"""

import re
from collections.abc import Callable
from typing import Any

from orchard.base.errors import OrchardError
from orchard.base.language import marked
from orchard.diagnosis import failures
from orchard.diagnosis.terraform_events import Transcript

# What the provider says of a refusal, with the numbers of the request before what a person can use.
_ANSWERED = re.compile(
    r".*operation error [\w ]+: (?P<call>\w+), https response error StatusCode: \d+, RequestID: [^,]*, "
    r"(?:HostID: [^,]*, )?(?:api error )?(?P<code>[A-Z]\w+(?:\.\w+)*): (?P<message>.+)"
)


class TerraformError(OrchardError):
    """Terraform failed.

    Attributes:
        text: what Terraform said, whole.
        terraform_exit_code: what it returned.
    """

    def __init__(self, cause: str, remedy: str, text: str = "", terraform_exit_code: int = 1) -> None:
        super().__init__(cause, remedy)
        self.text = text
        self.terraform_exit_code = terraform_exit_code


def translate(transcript: Transcript, code: int, root: str) -> TerraformError:
    """Make the error that says what went wrong.

    Args:
        transcript: what Terraform said.
        code: what it returned.
        root: `foundation` or `cluster`.
    """
    make: Callable[[str, str], TerraformError] = lambda cause, remedy: TerraformError(  # noqa: E731
        cause, remedy, transcript.text, code
    )
    for error in transcript.errors:
        refused = _refused_variable(error)
        if refused:
            return make(*refused)
    if found := failures.find(transcript.text, failures.TERRAFORM, root=root):
        return make(found[1].cause, found[1].remedy)
    said = " ".join(line for line in transcript.plain if line.strip())[-300:]
    ended = marked(f"Terraform ended with code {code}")
    first = transcript.errors[0] if transcript.errors else {"summary": ended, "detail": said}
    summary = _one_line(f"{first['summary']}: {first.get('detail', '')}".strip(": "))
    if answered := _ANSWERED.match(summary):
        summary = f"AWS refused {answered['call']} ({answered['code']}): {answered['message']}"
    where = first.get("address")
    again = f"call again, which goes on where this stopped; if it stays, ./inv --debug tf.plan --root {root} shows more"
    return make(f"{where}: {summary}" if where else summary, again)


def _refused_variable(error: dict[str, Any]) -> tuple[str, str] | None:
    """Recognise our own validations, whose messages say already what is allowed."""
    if error["summary"] not in ("Invalid value for variable", "No value for required variable"):
        return None
    snippet = error.get("snippet") or {}
    passed_on = re.search(r"= *(?:var|local)\.(\w+) *$", snippet.get("code", ""))  # from a root to a module
    tested = {v["traversal"].removeprefix("var."): v["statement"] for v in snippet.get("values") or []}
    variables = {path: said for path, said in tested.items() if not path.startswith("local.")}
    name = passed_on[1] if passed_on else next(iter(variables), "")
    value = variables.get(name) or next(iter(variables.values()), "")
    setting = name.rpartition(".")[2]
    given = f"{setting} = {value.removeprefix('is ')}" if value.startswith("is ") else setting
    why = _one_line(re.split(r"\n\nThis was checked", error.get("detail", ""))[0])
    return (
        f"{given} cannot be used: {why}" if given else why,
        marked(f"change {setting or 'it'} in orchard.toml, or by ORCHARD_{setting.upper() or '...'}"),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
