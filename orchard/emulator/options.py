"""How one emulator is set up."""

from dataclasses import dataclass, field
from pathlib import Path

from orchard.emulator.clock import Clock
from orchard.emulator.credentials import Credentials

ACCOUNT = "123456789012"  # moto's default account; every credential belongs to it
ADDRESS = "198.51.100.7"  # from which requests come: one of documentation (RFC 5737)


@dataclass(frozen=True)
class Delays:
    """How long a cluster shows a state that real EMR spends minutes in; emulated seconds."""

    starting: float = 1.0
    bootstrapping: float = 1.0
    terminating: float = 1.0


@dataclass
class Options:
    """Where an emulator keeps its files, who it is, and how its time passes."""

    home: Path
    instance: str
    port: int = 0
    delays: Delays = field(default_factory=Delays)
    clock: Clock = field(default_factory=Clock)
    credentials: Credentials = field(default_factory=Credentials.make)
    grace: float = 10.0  # real seconds between SIGTERM and SIGKILL for a step

    @property
    def objects(self) -> Path:
        """The bodies of the S3 objects."""
        return self.home / "objects"

    @property
    def steps(self) -> Path:
        """The working directories of the steps that run."""
        return self.home / "steps"
