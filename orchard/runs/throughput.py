"""How fast a run computed features, as one line: what its start cost is told apart from what lasts."""

from typing import Any

from orchard.base import durations
from orchard.base.counts import images_a_second
from orchard.base.language import headed, marked


def seconds(manifest: dict[str, Any]) -> float:
    """Return the time of all phases of a job, by its manifest."""
    return float(sum(manifest.get("timings", {}).values()))


def lasting(features: dict[str, Any]) -> float | None:
    """Return the images per second once the workers were warm; None where the run was too short to tell, or too old."""
    return features.get("warm", {}).get("images_per_second")


def say(features: dict[str, Any]) -> str:
    """Return `9 s, of which 7 s to start; 210 images/s once warm`, or as much of it as can be told.

    Args:
        features: the features' manifest.
    """
    spent, rate = durations.say(seconds(features)), lasting(features)
    if rate is None:
        return headed(spent, images_a_second(features.get("images_per_second", 0)))
    # Of a run that was taken up again, the times are those of all attempts, and the start is the last one's.
    if features.get("resumed"):
        return marked(f"{spent}; {images_a_second(rate)} once warm")
    start = durations.say(features["warm"]["after"])
    return marked(f"{spent}, of which {start} to start; {images_a_second(rate)} once warm")
