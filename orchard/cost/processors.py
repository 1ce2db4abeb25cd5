"""The processors of instance types, and how fast they are in proportion to the one that was measured.

`throughput.json` lists them. None of AWS's was measured: the speeds are this code's on one machine, with all of its
instructions and with fewer. Those of Graviton are guesses from the width of its vector units, the lesser where in
doubt, and have a spread of their own. A vCPU is one of a core's two threads, and a whole core on M7a and on Graviton
(Amazon EC2 User Guide, "CPU options for Amazon EC2 instances").
"""

from typing import Any, NamedTuple


class Processor(NamedTuple):
    """What an instance type computes with.

    Attributes:
        name: for people.
        speed: of a core, in proportion to the core that was measured.
        vcpu_share_of_core: what a vCPU does of a core's work when all do something.
    """

    name: str
    speed: float
    vcpu_share_of_core: float

    @property
    def speed_of_vcpu(self) -> float:
        """The work of a vCPU, in proportion to the core that was measured."""
        return self.speed * self.vcpu_share_of_core


def find(told: list[dict], instance_type: str) -> Processor:
    """Return an instance type's processor; the first of the list where the type's family is in none.

    Args:
        told: the processors of `throughput.json`.
        instance_type: such as m5.xlarge.
    """
    known = _entry(told, instance_type)
    return Processor(known["name"], known["speed"], known["vcpu_share_of_core"])


def spread(told: list[dict], instance_type: str) -> dict[str, Any] | None:
    """Return between what a guessed speed may lie, as `least`, `most` and `how`; None where it is not a guess.

    Args:
        told: the processors of `throughput.json`.
        instance_type: such as c7g.xlarge.
    """
    return _entry(told, instance_type).get("spread")


def _entry(told: list[dict], instance_type: str) -> dict[str, Any]:
    family = instance_type.partition(".")[0]
    return next((one for one in told if family in one["families"]), told[0])
