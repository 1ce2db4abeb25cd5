"""The file systems of a cluster, as Hadoop is told of them: `s3://` is the mirror, `hdfs://` the cluster's directory.

Directories do more than S3: `java/orchard/ObjectStore.java` takes away what S3A, which is `s3://` on EMR, refuses.

Hadoop's ViewFileSystemOverloadScheme mounts a directory under the authority (the bucket, the primary node) of a URI, so
that jobs keep their paths (Hadoop documentation, "View File System Overload Scheme"). What is mounted is a view in its
turn: a directory mounted alone cannot be listed at its root, since the entries of a fallback get another scheme while
they still read their permissions from the disk (hadoop-common 3.3.4, ViewFileSystem.listStatusForFallbackLink).
"""

import shutil
from pathlib import Path
from xml.sax.saxutils import escape

OVERLOAD = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
CLASSES, OBJECT_STORE = Path(__file__).with_name("java"), Path("orchard", "ObjectStore.class")
ABSTRACT = "org.apache.hadoop.fs.viewfs.ViewFs"
S3_SCHEMES = ("s3", "s3a", "s3n")
USER = "hadoop"  # who runs steps on EMR
ROOT_DIRECTORIES = ("tmp", "user/hadoop", "user/spark", "var/log")
INNER = "orchard-store"  # the view that holds the directories; nobody names it


def make_hdfs(root: Path) -> None:
    """Make the directories that HDFS has on a new cluster."""
    for name in ROOT_DIRECTORIES:
        (root / name).mkdir(parents=True, exist_ok=True)


def properties(mirror: Path, hdfs: Path, namenode: str) -> dict[str, str]:
    """Say what core-site.xml says.

    Args:
        mirror: the buckets as directories.
        hdfs: the directory that stands for HDFS.
        namenode: the host of `fs.defaultFS`.
    """
    told = {
        "fs.defaultFS": f"hdfs://{namenode}:8020",
        "hadoop.user.group.static.mapping.overrides": f"{USER}={USER}",  # this machine has no such user
    }
    for scheme in ("hdfs", *S3_SCHEMES):
        told[f"fs.{scheme}.impl"] = OVERLOAD if scheme == "hdfs" else "orchard.ObjectStore"
        told[f"fs.AbstractFileSystem.{scheme}.impl"] = ABSTRACT
    roots = {bucket.name: bucket for bucket in sorted(mirror.iterdir()) if bucket.is_dir()} | {namenode: hdfs}
    for authority, directory in roots.items():
        told[f"fs.viewfs.mounttable.{authority}.linkFallback"] = f"viewfs://{INNER}/{authority}/"
        told[f"fs.viewfs.mounttable.{INNER}.link./{authority}"] = directory.as_uri()
    return told


def install(conf: Path) -> None:
    """Put the class of `s3://` into the directory of the settings, which Spark and Hadoop look for classes in."""
    (conf / OBJECT_STORE).parent.mkdir(exist_ok=True)
    shutil.copyfile(CLASSES / OBJECT_STORE, conf / OBJECT_STORE)


def write(path: Path, told: dict[str, str]) -> None:
    """Write a configuration file of Hadoop."""
    rows = [
        f"<property><name>{escape(name)}</name><value>{escape(value)}</value></property>"
        for name, value in told.items()
    ]
    new = path.with_suffix(".new")
    new.write_text("\n".join(["<configuration>", *rows, "</configuration>", ""]))
    new.replace(path)
