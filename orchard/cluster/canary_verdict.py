"""What the canary of a shape of clusters found: a step that tries in a minute whether they have what a run needs.

A shape is a release, so many core nodes of a type, and what is installed and run there; the name of its folder says it.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

from orchard.aws.bucket import Bucket
from orchard.aws.emr import Step
from orchard.aws.layout import CANARY
from orchard.base.counts import counted
from orchard.base.language import marked
from orchard.diagnosis.aws import NoBucketError
from orchard.infrastructure import bootstrap


class Verdict(NamedTuple):
    """What a canary found.

    Attributes:
        passed: whether nothing was amiss.
        ended: when.
        found: what, in a line.
        remedy: what to do; empty where it passed.
        warnings: what is otherwise than promised, and does no harm.
    """

    passed: bool
    ended: datetime
    found: str
    remedy: str = ""
    warnings: tuple[str, ...] = ()


def hardware(release_label: str, instance_type: str, count: int) -> str:
    """Return the beginning of the names of shapes: `emr-7.13.0-2xm5.xlarge-`."""
    return f"{release_label}-{count}x{instance_type}-"


def shape(nodes: str, code_hash: str) -> str:
    """Name a shape.

    Args:
        nodes: from `hardware`.
        code_hash: of the job code; what nodes install is added to it.
    """
    return nodes + hashlib.sha256(f"{bootstrap.prefix()} {code_hash}".encode()).hexdigest()[:8]


def read(store: Bucket, shape: str) -> Verdict | None:
    """Read what the canary of a shape found; None where none has come back.

    Raises:
        AwsError: the bucket is not there, or refuses.
    """
    if manifest := store.read_json(CANARY.manifest(shape)):
        return _passed(manifest)
    last = store.read_json(CANARY.progress(shape)) or {}
    if last.get("phase") != "failed":
        return None
    return Verdict(False, datetime.fromtimestamp(last["updated"], UTC), last["cause"], last["remedy"])


def latest(store: Bucket, nodes: str) -> Verdict | None:
    """Read the newest verdict on nodes, with whatever code; None where there is none or no bucket; raises as `read`."""
    try:
        there = [name for name in store.directories(CANARY.prefix) if name.startswith(nodes)]
    except NoBucketError:
        return None
    verdicts = [verdict for name in there if (verdict := read(store, name))]
    return max(verdicts, key=lambda verdict: verdict.ended, default=None)


def before(steps: list[Step], first: Step) -> list[Step]:
    """Find the canary that was sent with a run, which comes right before the run's first step.

    Args:
        steps: the cluster's, the newest first.
        first: of the run's.
    """
    after = steps[[step.id for step in steps].index(first.id) + 1 :]
    return [step for step in after[:1] if step.job == CANARY.name]


def _passed(manifest: dict[str, Any]) -> Verdict:
    count, difference = manifest["executors"], manifest["difference"]
    executors, packages = counted(count, "executor"), counted(len(manifest["packages"]), "package")
    found = marked(f"{executors}, {packages}, features within {difference:.1g}")
    return Verdict(True, datetime.fromisoformat(manifest["ended"]), found, warnings=tuple(manifest["warnings"]))
