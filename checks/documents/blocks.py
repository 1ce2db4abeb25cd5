"""The blocks of the pages: tables made from the settings, the tasks, the code and the tables of figures."""

import inspect
import json
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin

from invoke import Collection
from invoke.parser.context import to_flag

from checks import settings_schema
from checks.documents import (
    architecture,
    fidelity,
    figures,
    french,
    growth,
    matrix,
    measurements,
    permission_use,
    reliability,
)
from checks.documents.markdown import table
from orchard.base.config import EU_REGIONS, Settings
from orchard.base.instance_types import instance_types
from orchard.permissions import published

# The blocks that French pages have, too, apart from the matrix and the failures: those are in both languages already.
IN_FRENCH = (
    *("pipeline", "full-cost", "cluster-costs", "run-costs", "forgotten-costs", "prices"),
    *("releases", "instance-types"),
)


def makers(namespace: Collection) -> dict[str, Callable[[], str]]:
    """Return what makes each block, by the block's name.

    Args:
        namespace: Orchard's tasks, which two of the blocks list.
    """
    made: dict[str, Callable[[], str]] = {
        "settings": settings,
        "tasks": lambda: tasks(namespace),
        "reference": lambda: reference(namespace),
        "pipeline": architecture.pipeline,
        "layout": architecture.prefixes,
        "keys": architecture.keys,
        "jobs": architecture.jobs,
        "rooms": architecture.house,
        "fidelity": fidelity.modelled,
        "reliability": reliability.matrix,
        "regions": regions,
        "global-services": spared,
        "permissions-used": permission_use.used,
        "permissions-unused": permission_use.unused,
        "instance-types": types,
        "releases": figures.releases,
        "cluster-costs": figures.cluster_costs,
        "run-costs": figures.run_costs,
        "full-cost": figures.full_cost,
        "forgotten-costs": figures.forgotten_costs,
        "prices": figures.prices_known,
        "measured": measurements.measured,
        "growth": growth.predicted,
        "failures": figures.failures_known,
        "matrix": lambda: table(*matrix.rows(matrix.ENGLISH)),
        "matrix-fr": lambda: table(*matrix.rows(matrix.FRENCH)),
    }
    return made | {f"{name}-fr": _french(made[name]) for name in IN_FRENCH} | {"failures-fr": french.failures}


def _french(english: Callable[[], str]) -> Callable[[], str]:
    return lambda: french.block(english())


def settings() -> str:
    """Return the settings as orchard.toml explains them, with their defaults and what is allowed."""
    notes = settings_schema.explanations()
    rows = [
        (f"`{name}`", _default(field.default), _allowed(field), notes.get(name, field.description or ""))
        for name, field in Settings.model_fields.items()
    ]
    return table(("setting", "default", "allowed", "what it does"), rows)


def tasks(namespace: Collection) -> str:
    """Return the daily tasks with their first sentences."""
    found = [(name, namespace[name]) for name in sorted(namespace.task_names) if "." not in name]
    return table(("command", "what it does"), [(f"`./inv {name}`", _sentence(task)) for name, task in found])


def reference(namespace: Collection) -> str:
    """Return every task with all of its flags."""
    parts = []
    for context in sorted(namespace.to_contexts(), key=lambda c: ("." in c.name, c.name)):
        task = namespace[context.name]
        also = f" (also `{'`, `'.join(context.aliases)}`)" if context.aliases else ""
        parts += [f"### {context.name}{also}", "", " ".join((inspect.getdoc(task) or "").split()), ""]
        flags = [(f"`{to_flag(arg.names[0])}`", _preset(arg), arg.help or "") for arg in context.args.values()]
        if flags:
            parts += [table(("flag", "default", "what it does"), flags), ""]
    return "\n".join(parts)


def regions() -> str:
    """Return the regions that are allowed, in one line."""
    return ", ".join(f"`{region}`" for region in EU_REGIONS)


def spared() -> str:
    """Return the services that the lock on regions leaves out, with the reason for each."""
    return "\n".join(f"- `{name}`, which {why}" for name, why in published.GLOBAL.items())


def types() -> str:
    """Return the instance types, smallest first within their families."""
    rows = [
        (f"`{name}`", str(of["vcpus"]), str(of["memory_gib"]), f"{of['yarn_mib'] / 1024:g}")
        for name, of in instance_types().items()
    ]
    return table(("type", "vCPU", "memory, GiB", "of it for Spark, GiB"), rows)


def _sentence(task: Any) -> str:
    return " ".join((inspect.getdoc(task) or "").split()).split(". ")[0].rstrip(".") + "."


def _preset(arg: Any) -> str:
    return "" if arg.default in (None, "", False) else f"`{arg.default}`"


def _default(value: Any) -> str:
    return "" if value in ("", None) or value == {} else f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _allowed(field: Any) -> str:
    """Say what a setting takes: its words, or its bounds."""
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(field.annotation))
    bounds = {key: getattr(mark, key) for mark in field.metadata for key in ("ge", "gt", "le") if hasattr(mark, key)}
    low = f"from {bounds['ge']:,}" if "ge" in bounds else f"more than {bounds['gt']:,}" if "gt" in bounds else ""
    high = f"to {bounds['le']:,}" if "le" in bounds else ""
    return " ".join(part for part in (low, high) if part)
