"""What the emulator takes from the rest of Orchard: all of it, and in this place alone.

Nothing else under `orchard/emulator/` imports Orchard's other rooms; a test holds it. Whoever takes the emulator
elsewhere finds here what has to come along.
"""

from orchard.base.errors import OrchardError, UsageError
from orchard.base.instance_types import instance_types
from orchard.base.places import HOME, ROOT
from orchard.machine import java, packages, pyspark_kernel
from orchard.machine.java import find_java

__all__ = [
    "HOME",
    "ROOT",
    "OrchardError",
    "UsageError",
    "find_java",
    "instance_types",
    "java",
    "packages",
    "pyspark_kernel",
]
