"""S3 of the local AWS: bodies as files and verified, listings in pages, access logs, access for the step executor."""

from pathlib import Path


def install(objects: Path) -> None:
    """Keep the bodies of all objects under the directory `objects`; call before the first request."""
    from orchard.emulator.s3 import (
        answers,
        attributes,
        bodies,
        checksums,
        deletes,
        integrity,
        listing,
        multipart,
        operations,
        owners,
        reads,
        routing,
    )

    bodies.install(objects)
    # What comes later looks at a request earlier.
    first = (routing, checksums, multipart, reads, deletes, listing, attributes, integrity)
    for module in (*first, operations, owners, answers):
        module.install()
