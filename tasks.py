"""Orchard's tasks: daily verbs flat, the rest in namespaces. `./inv --help TASK` explains each one."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from invoke import Collection

from orchard.commands import (
    access,
    check,
    check_documents,
    check_infrastructure,
    data,
    inspect,
    life,
    money,
    notebooks,
    show,
    tf,
    watch,
    work,
)

namespace = Collection()
for module in (life, data, work, watch, money, inspect, access, notebooks, show):
    for task in Collection.from_module(module).tasks.values():
        namespace.add_task(task)
namespace.add_task(check.test)
namespace.add_collection(Collection.from_module(tf, name="tf"))
checks = Collection.from_module(check, name="check")
for module in (check_infrastructure, check_documents):
    for task in Collection.from_module(module).tasks.values():
        checks.add_task(task)
namespace.add_collection(checks)
