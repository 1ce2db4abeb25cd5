"""The buckets as the nodes of a cluster may use them: in their role, and with its rights alone."""

import gzip
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from orchard.emulator.emr import roles
from orchard.emulator.options import ACCOUNT
from orchard.emulator.permissions import acting
from orchard.emulator.permissions.access import DeniedError, Principal
from orchard.emulator.permissions.requests import actions
from orchard.emulator.permissions.requests.calls import Call
from orchard.emulator.s3 import access
from orchard.emulator.s3.access import Place
from orchard.emulator.steps import container

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster


log = logging.getLogger(__name__)


class Store:
    """S3 as a cluster's nodes see it, or as another role does. What it may not do raises DeniedError.

    Args:
        cluster: whose nodes.
        who: tells who acts, if it is not the nodes.
    """

    def __init__(self, cluster: "ManagedCluster", who: Callable[[], Principal] | None = None) -> None:
        self._region = cluster.emr_backend.region_name
        self._who = who or partial(roles.node, cluster)

    def check(self, operation: str, bucket: str, key: str = "") -> None:
        """Ask for an operation of S3's, with all that it needs."""
        acting.call(self._who(), self._call(operation, bucket, key))

    def may(self, operation: str, bucket: str, key: str = "") -> bool:
        """Say whether an operation is allowed; never raises."""
        nodes, asked = self._who(), self._call(operation, bucket, key)
        return all(acting.allowed(nodes, needed, self._region) for needed in actions.accesses(asked))

    def _call(self, operation: str, bucket: str, key: str) -> Call:
        return Call("s3", self._region, ACCOUNT, operation, {"Bucket": bucket} | ({"Key": key} if key else {}))

    def body(self, place: Place) -> Path | None:
        """Find the file that holds an object's bytes, as `access.body` does."""
        self.check("GetObject", place.bucket, place.key)
        return access.body(place)

    def locate(self, uri: str) -> Path | None:
        """Find the file of a resource of a step: in S3, or on this machine."""
        return self.body(Place.parse(uri)) if access.is_uri(uri) else container.on_disk(uri)

    def put(self, place: Place, content: bytes | Path) -> None:
        """Make an object."""
        self.check("PutObject", place.bucket, place.key)
        access.put(place, content)

    def delete(self, place: Place) -> None:
        """Delete an object."""
        self.check("DeleteObject", place.bucket, place.key)
        access.delete(place)


def refusal(denied: DeniedError) -> str:
    """Say a refusal of S3's as the AWS SDK for Java does on a node, in a line for stderr."""
    return (
        f"com.amazonaws.services.s3.model.AmazonS3Exception: {denied} (Service: Amazon S3; Status Code: 403; "
        "Error Code: AccessDenied)"
    )


def deliver(cluster: "ManagedCluster", place: Place, text: bytes) -> None:
    """Put a log, compressed, where EMR puts it: the nodes send it, and nobody is told where they may not."""
    if place.bucket in access.buckets():
        try:
            Store(cluster).put(place, gzip.compress(text))
        except DeniedError as denied:
            log.warning("a log of %s is lost: %s", cluster.id, denied)
