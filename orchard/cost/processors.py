"""The processors of instance types, and how fast they are in proportion to the one that was measured.

`throughput.json` lists them. None of AWS's was measured: the speeds are this code's on one machine, with all of its
instructions and with fewer. A vCPU is one of a core's two threads, and a whole core on M7a (Amazon EC2 User Guide, "CPU
options for Amazon EC2 instances").
"""

from typing import NamedTuple


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
    family = instance_type.partition(".")[0]
    known = next((one for one in told if family in one["families"]), told[0])
    return Processor(known["name"], known["speed"], known["vcpu_share_of_core"])
