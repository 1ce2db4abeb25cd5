"""The ARNs of what a call is about, filled in from its parameters."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchard.emulator.permissions.policies import reference
from orchard.emulator.permissions.requests import names
from orchard.emulator.permissions.requests.calls import Call

RULES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("actions.toml").read_text(encoding="utf-8"))
PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
PARTITION = "aws"


def arns(call: Call, action: str) -> Iterator[tuple[str, str]]:
    """Yield the type and ARN of each resource that an action of this call looks at; `*` for an action without any.

    What has no name yet, or is not named, has `*` in its place, as in AWS's messages of refusal. Types that may be
    named and are not do not count.
    """
    prefix = action.partition(":")[0]
    always = RULES["always"].get(prefix, {}).get(action.partition(":")[2], [])
    found = False
    for known in reference.action(action).resource_types:
        kind = known.name
        values = list(_named(call, action, kind))
        if not values and (known.required or kind in always or kind in _tagged(call)):
            values = ["*"]
        for value in values:
            found = True
            yield kind, arn(call, prefix, kind, value)
    if not found:
        yield "", "*"


def values(parameters: Any, path: str) -> list[str]:
    """Return the texts at a dotted path, through lists."""
    name, _, rest = path.partition(".")
    if isinstance(parameters, list):
        return [text for entry in parameters for text in values(entry, path)]
    if not isinstance(parameters, dict) or name not in parameters:
        return []
    below = parameters[name]
    if rest:
        return values(below, rest)
    return [str(entry) for entry in (below if isinstance(below, list) else [below])]


def _named(call: Call, action: str, kind: str) -> Iterator[str]:
    prefix = action.partition(":")[0]
    if prefix == "scheduler" and kind == "schedule":
        if name := call.parameters.get("Name"):
            yield f"{call.parameters.get('GroupName') or 'default'}/{name}"
        return
    if prefix == "servicequotas" and {"ServiceCode", "QuotaCode"} <= call.parameters.keys():
        yield f"{call.parameters['ServiceCode']}/{call.parameters['QuotaCode']}"
        return
    rule = (
        RULES["named"].get(action, {}).get(kind)
        or RULES["resources"].get(prefix, {}).get(kind)
        or {"from": [_last(prefix, kind)]}
    )
    seen = set()
    for path in rule["from"]:
        for text in values(call.parameters, path):
            is_other = text.startswith("arn:") and not fits(prefix, kind, text)
            if text and text not in seen and not is_other and (text.startswith(rule.get("like", "")) or ":" in text):
                seen.add(text)
                yield text


def _last(prefix: str, kind: str) -> str:
    """Return the placeholder that names the resource itself: a parameter of the same name is likely the one."""
    return PLACEHOLDER.findall(reference.pattern(prefix, kind))[-1]


def fits(prefix: str, kind: str, text: str) -> bool:
    """Whether an ARN is one of a resource type."""
    form = "".join(
        ".*" if PLACEHOLDER.fullmatch(part) else re.escape(part)
        for part in re.split(r"(\$\{\w+\})", reference.pattern(prefix, kind))
    )
    return re.fullmatch(form, text) is not None


def _tagged(call: Call) -> set[str]:
    """Return the types of EC2 that a creating call names tags for."""
    return {entry.get("ResourceType", "") for entry in call.parameters.get("TagSpecifications") or []}


def arn(call: Call, prefix: str, kind: str, value: str) -> str:
    """Fill in a pattern; the last of its placeholders, or all that name the resource, take the value."""
    value = names.resolve(call, prefix, kind, value)
    if value.startswith("arn:"):
        return value
    form = reference.pattern(prefix, kind)
    filled = form.replace("${Partition}", PARTITION).replace("${Region}", call.region)
    filled = filled.replace("${Account}", call.account)
    head, found, _ = filled.partition("${")
    return head + value if found else filled
