"""Real spark-submit steps: few, since each takes seconds to start."""

import contextlib
import io
import json
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

from checks import object_store
from orchard.emulator.steps.filesystems import CLASSES, OBJECT_STORE
from tests.support.fidelity import models
from tests.waiting import until

from .conftest import ENDED, ROOT, Aws, command

JOB = """
import argparse, json, os, sys, time
import alpha, beta  # from --py-files
from pyspark.sql import SparkSession, functions as F

parser = argparse.ArgumentParser()
parser.add_argument("--master")  # an argument of the job, not of spark-submit
parser.add_argument("--source")
parser.add_argument("--output")
parser.add_argument("--seen")
options = parser.parse_args()
spark = SparkSession.builder.getOrCreate()
jvm = spark.sparkContext._jvm

def write(name, value):
    path = jvm.org.apache.hadoop.fs.Path(f"{options.output}/{name}")
    system = path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    stream = system.create(path, True)
    stream.write(bytearray(json.dumps(value).encode()))
    stream.close()

def outcome(name, *arguments):
    path = lambda word: jvm.org.apache.hadoop.fs.Path(f"{options.output}/{word}") if isinstance(word, str) else word
    paths = [path(word) for word in arguments]
    system = paths[0].getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    try:
        return getattr(system, name)(*paths)
    except Exception as error:
        java = getattr(error, "java_exception", None)  # pyspark has classes of its own for some
        return java.getClass().getSimpleName() if java else type(error).__name__

write("_progress.json", {"done": 1})
for name in ("one", "two", "full/one", "full/two", "other/one"):
    write(f"moves/{name}", name)
refused = {
    "a file onto a file": outcome("rename", "moves/one", "moves/two"),
    "a directory onto a file": outcome("rename", "moves/full", "moves/two"),
    "a directory onto a full one": outcome("rename", "moves/other", "moves/full"),
    "nothing": outcome("rename", "moves/none", "moves/new"),
    "append": outcome("append", "moves/one"),
    "truncate": outcome("truncate", "moves/one", 0),
}
granted = [outcome("rename", "moves/one", "moves/new/name"), outcome("rename", "moves/other", "moves/moved")]
images = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(options.source)
sizes = images.select("path", F.length("content").alias("bytes")).cache()
print("first path", sizes.orderBy("path").first()["path"])
sizes.write.mode("overwrite").parquet(f"{options.output}/part")
write("_progress.json", {"done": 2})
while not os.path.exists(options.seen):  # by a reader
    time.sleep(0.05)
write("manifest.json", {
    "images": spark.read.parquet(f"{options.output}/part").count(),
    "alpha": alpha.NAME, "beta": beta.NAME, "argument": options.master, "python": sys.executable,
    "archive": open("environment/inside.txt").read(), "file": open("settings.json").read(),
    "mode": os.environ["MODE"], "partitions": spark.conf.get("spark.sql.shuffle.partitions"),
    "spark_master": spark.sparkContext.master, "cwd": sorted(os.listdir(".")),
    "refused": refused, "granted": granted,
    "locality": spark.conf.get("spark.sql.sources.ignoreDataLocality"),
})
"""


def tarball(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def zipped(name: str, content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


@models(
    "S3A, which is s3:// on EMR, refuses to rename onto a file or a full directory, to append and to truncate",
    source="Hadoop 3.3, S3AFileSystem (HADOOP-16721); EMR Release Guide, emr-s3a-migrate; not verified: EMRFS",
)
def test_a_spark_job_runs_as_on_a_cluster(aws: Aws, workspace, tmp_path: Path) -> None:
    bucket, seen = workspace.bucket, tmp_path / "seen"
    for number in range(20):
        aws.put(bucket, f"data/raw/Training/Apple Golden {number % 2}/{number}.jpg", b"x" * (number + 1))
    aws.put(bucket, "out/run/part/stale.parquet", b"an earlier attempt's, which overwrite removes")
    aws.put(bucket, "out/run/manifest.json", b"{}")
    (step,) = aws.run(
        workspace.cluster,
        command(
            "spark-submit", "--deploy-mode", "cluster", "--master", "yarn", "--name=test",
            "--py-files", ",".join([
                aws.put(bucket, "jobs/1/alpha.zip", zipped("alpha.py", "NAME = 'a'")),
                aws.put(bucket, "jobs/1/beta.py", "NAME = 'b'"),
            ]),
            "--archives", aws.put(bucket, "jobs/1/env.tar.gz", tarball("inside.txt", b"inside")) + "#environment",
            "--files", aws.put(bucket, "jobs/1/real.json", "{}") + "#settings.json",
            "--conf", "spark.yarn.appMasterEnv.MODE=mini",
            "--conf", "spark.pyspark.python=/usr/bin/python-of-the-node",
            "--conf=spark.sql.shuffle.partitions=3",
            "--driver-memory", "512m",
            aws.put(bucket, "jobs/1/job.py", JOB),
            "--master", "my own", "--source", f"s3://{bucket}/data/raw/", "--output", f"s3://{bucket}/out/run",
            "--seen", str(seen),
        ),
    )  # fmt: skip

    def look() -> tuple[str, int]:
        keys = aws.keys(bucket, "out/run/")
        if "out/run/_progress.json" not in keys:
            return aws.step(workspace.cluster, step)["State"], 0
        assert "out/run/part/stale.parquet" in keys or json.loads(aws.read(bucket, "out/run/manifest.json"))
        done = json.loads(aws.read(bucket, "out/run/_progress.json"))["done"]
        return aws.step(workspace.cluster, step)["State"], done

    state, _ = until(look, lambda found: found[1] == 2 or found[0] in ENDED)
    assert state == "RUNNING", aws.log(bucket, workspace.cluster, step, "stderr")  # progress is seen meanwhile
    seen.touch()
    state, _ = until(look, lambda found: found[0] in ENDED)
    assert state == "COMPLETED", aws.log(bucket, workspace.cluster, step, "stderr")
    keys = aws.keys(bucket, "out/")
    assert "out/run/part/_SUCCESS" in keys
    part = [key for key in keys if key.startswith("out/run/part/")]
    assert sum(key.endswith(".parquet") for key in part) == len(part) - 1, keys
    assert "out/run/part/stale.parquet" not in keys
    assert not [key for key in keys if "_temporary" in key or key.endswith(".crc")]
    manifest = json.loads(aws.read(bucket, "out/run/manifest.json"))
    assert manifest["spark_master"].startswith("local[")
    assert "spark-warehouse" not in manifest["cwd"]
    assert {name: manifest[name] for name in ("images", "alpha", "beta", "argument", "archive", "file")} == {
        "images": 20, "alpha": "a", "beta": "b", "argument": "my own", "archive": "inside", "file": "{}",
    }  # fmt: skip
    assert manifest["refused"] == {
        "a file onto a file": "FileAlreadyExistsException",
        "a directory onto a file": "FileAlreadyExistsException",
        "a directory onto a full one": False,
        "nothing": "FileNotFoundException",
        "append": "UnsupportedOperationException",
        "truncate": "UnsupportedOperationException",
    }
    moved = {"two": "two", "full/one": "full/one", "full/two": "full/two", "new/name": "one", "moved/one": "other/one"}
    found = {key.removeprefix("out/run/moves/"): key for key in keys if key.startswith("out/run/moves/")}
    assert {name: json.loads(aws.read(bucket, key)) for name, key in found.items()} == moved
    assert manifest["granted"] == [True, True]
    assert (manifest["mode"], manifest["partitions"], manifest["locality"]) == ("mini", "3", "true")
    client = aws.log(bucket, workspace.cluster, step, "stderr")
    assert "final status: SUCCEEDED" in client
    application = re.search(r"Submitted application (application_\d+_\d+)", client)[1]
    driver = f"{application.replace('application', 'container')}_01_000001"
    said = aws.read_gz(bucket, f"logs/{workspace.cluster}/containers/{application}/{driver}/stdout.gz")
    assert f"first path s3://{bucket}/data/raw/Training/Apple Golden 0/0.jpg" in said
    assert not (ROOT / "spark-warehouse").exists()
    assert not (ROOT / "metastore_db").exists()


def test_a_cancelled_spark_job_leaves_no_process(aws: Aws, workspace) -> None:
    job = aws.put(
        workspace.bucket,
        "jobs/slow.py",
        "import time\nfrom pyspark.sql import SparkSession\n"
        "s = SparkSession.builder.getOrCreate()\n"
        "s.range(2).rdd.map(lambda x: time.sleep(600)).count()\n",
    )
    (step,) = aws.run(workspace.cluster, command("spark-submit", job))
    aws.step_until(workspace.cluster, step, "RUNNING")
    until(lambda: any("pyspark.daemon" in line.replace("\0", " ") for line in processes_of(step)))
    aws.emr.cancel_steps(ClusterId=workspace.cluster, StepIds=[step])
    assert aws.step_until(workspace.cluster, step)["State"] == "CANCELLED"
    until(lambda: not processes_of(step))


def processes_of(step: str) -> list[str]:
    """The processes that work in the step's directory, Spark's Python workers among them."""
    if not Path("/proc").is_dir():
        listed = subprocess.run(["ps", "-eww", "-o", "args="], capture_output=True, text=True, check=True).stdout
        return [line for line in listed.splitlines() if step in line]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if step in str((process / "cwd").readlink()):
                found.append((process / "cmdline").read_text())
    return found


def test_the_class_of_s3_is_made_from_its_source(tmp_path: Path) -> None:
    assert object_store.made(tmp_path) == (CLASSES / OBJECT_STORE).read_bytes(), "call: python -m checks.object_store"
