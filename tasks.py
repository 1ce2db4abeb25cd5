"""Orchard's tasks: daily verbs flat, the rest in namespaces. `./inv --help TASK` explains each one."""

import sys
from copy import deepcopy
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from invoke import Collection

from checks import task_benchmarks, task_documents, task_infrastructure, task_repository
from orchard.commands import (
    access,
    candidates,
    cluster,
    completion,
    cost,
    doctor,
    notebooks,
    permissions,
    photographs,
    runs,
    terraform,
)
from orchard.commands.program import OrchardProgram

namespace = Collection()
for module in (cluster, photographs, runs, cost, doctor, permissions, access, notebooks, completion):
    for task in Collection.from_module(module).tasks.values():
        namespace.add_task(task)
namespace.add_task(task_repository.test)
namespace.add_collection(Collection.from_module(terraform, name="tf"))
checks = Collection.from_module(task_repository, name="check")
for module in (task_infrastructure, task_documents, task_benchmarks):
    for task in Collection.from_module(module).tasks.values():
        checks.add_task(task)
namespace.add_collection(checks)

if __name__ == "__main__" and sys.argv[1:2] == [candidates.WORD]:
    print("".join(f"{line}\n" for line in candidates.lines(sys.argv[2:], namespace)), end="")
elif __name__ == "__main__":  # ./inv; Invoke's own program finds the namespace by itself, and takes the same words
    # A copy: Invoke takes the help out of the tasks that it parses for, and check.docs writes it down.
    OrchardProgram(namespace=deepcopy(namespace), name="Orchard", binary="inv").run()
