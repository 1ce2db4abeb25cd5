"""S3 of the local AWS: object bodies as files, streamed reads, listings in pages, access for the step executor."""

from pathlib import Path


def install(objects: Path) -> None:
    """Keep the bodies of all objects under the directory `objects`; call before the first request."""
    from orchard.emulator.s3 import bodies, deletes, listing, multipart, reads

    bodies.install(objects)
    multipart.install()
    reads.install()
    deletes.install()
    listing.install()
