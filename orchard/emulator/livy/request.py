"""What a client may say of a new session, and the spark-submit command line that it stands for."""

from dataclasses import dataclass
from typing import Any

from orchard.emulator.steps import command
from orchard.emulator.steps.command import SparkSubmit

KINDS = ("pyspark", "shared")
LISTS = {"pyFiles": "--py-files", "files": "--files", "archives": "--archives", "jars": "--jars"}
SIZES = {  # of YARN's containers
    "driverMemory": "--driver-memory",
    "driverCores": "--driver-cores",
    "executorMemory": "--executor-memory",
    "executorCores": "--executor-cores",
    "numExecutors": "--num-executors",
    "queue": "--queue",
}
KNOWN = {*LISTS, *SIZES, "kind", "name", "proxyUser", "conf", "heartbeatTimeoutInSecond", "ttl"}


class BadRequestError(Exception):
    """What Livy answers with 400."""


@dataclass(frozen=True)
class Request:
    """The body of POST /sessions (Livy, REST API)."""

    kind: str
    name: str | None
    proxy_user: str | None
    heartbeat: int  # seconds without a word from the client until the session ends; 0: it may be silent
    words: tuple[str, ...]  # spark-submit's options

    @classmethod
    def read(cls, body: dict[str, Any]) -> "Request":
        """Check a body.

        Raises:
            BadRequestError: an unknown member, a kind that is not Python, or a member of the wrong type.
        """
        if unknown := sorted(body.keys() - KNOWN):
            raise BadRequestError(f'Unrecognized field "{unknown[0]}": known are {", ".join(sorted(KNOWN))}.')
        kind = body.get("kind", "shared")
        if kind not in KINDS:
            raise BadRequestError(f"The local AWS runs sessions of the kind pyspark, not {kind}.")
        conf = body.get("conf") or {}
        if not isinstance(conf, dict):
            raise BadRequestError("conf must be an object of Spark settings.")
        words: list[str] = []
        for name, value in conf.items():
            words += ["--conf", f"{name}={value}"]
        for member, option in LISTS.items():
            uris = body.get(member) or []
            if not isinstance(uris, list):
                raise BadRequestError(f"{member} must be a list of URIs.")
            words += [option, ",".join(map(str, uris))] if uris else []
        for member, option in SIZES.items():
            words += [option, str(body[member])] if body.get(member) else []
        heartbeat = int(body.get("heartbeatTimeoutInSecond") or 0)
        return cls("pyspark", body.get("name"), body.get("proxyUser"), heartbeat, tuple(words))

    def submit(self, application: str) -> SparkSubmit:
        """Turn into what spark-submit is told, with the program that takes the statements as its application."""
        return command.parse([*self.words, application])
