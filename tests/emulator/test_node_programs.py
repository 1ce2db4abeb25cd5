"""The programs of a node that need no Java: hadoop-streaming and s3-dist-cp, on directories for S3 and HDFS."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from orchard.base.errors import OrchardError, UsageError
from orchard.emulator.steps import workplace
from orchard.emulator.steps.node import dist_cp, hadoop, main, shuffle, spark, streaming, streaming_options
from orchard.emulator.steps.node.place import Node
from orchard.emulator.steps.node.streaming_options import Options
from orchard.emulator.steps.spark import home as spark_home
from tests.support.fidelity import models

WORDS = "import sys\nfor line in sys.stdin:\n    for word in line.split():\n        print(word, 1, sep='\\t')\n"
SUMS = """
import sys
from itertools import groupby
pairs = (line.rstrip("\\n").split("\\t") for line in sys.stdin)
for word, ones in groupby(pairs, key=lambda pair: pair[0]):
    print(word, sum(int(one) for _, one in ones), sep="\\t")
    print("reporter:counter:words,seen,1", file=sys.stderr)
"""


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    made = Node(
        base=str(tmp_path), mirror=str(tmp_path / "s3"), hdfs=str(tmp_path / "hdfs"),
        cores=2, heap=512, applications=str(tmp_path / "applications"), started=1_700_000_000_000,
        nodes=[[12288, 4]], scheduler={}, defaults={}, cluster=str(tmp_path / "cluster"), grace=1.0,
    )  # fmt: skip
    for folder in (made.work, Path(made.mirror) / "b", Path(made.hdfs) / "user" / "hadoop"):
        folder.mkdir(parents=True)
    file = tmp_path / "node.json"
    file.write_text(json.dumps(asdict(made)))
    monkeypatch.setenv("ORCHARD_NODE", str(file))
    monkeypatch.delenv("ORCHARD_EXCHANGE_PORT", raising=False)
    return made


@pytest.fixture
def put(node: Node) -> Callable[[str, str], str]:
    def write(uri: str, text: str | bytes) -> str:
        path = node.path(uri)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return uri

    return write


@models(
    "Hadoop takes paths without a scheme for HDFS on a cluster's nodes",
    source="Apache Hadoop, core-default.xml, fs.defaultFS",
)
def test_paths_without_a_scheme_are_in_hdfs(node: Node) -> None:
    assert node.path("s3a://b/a%20b/c?d#e") == Path(node.mirror) / "b" / "a%20b" / "c?d#e"
    assert node.path("hdfs:///data/x") == Path(node.hdfs) / "data" / "x"
    assert node.path("hdfs://ip-10-0-0-1:8020/data/x") == Path(node.hdfs) / "data" / "x"
    assert node.path("/data/x") == Path(node.hdfs) / "data" / "x"
    assert node.path("x") == Path(node.hdfs) / "user" / "hadoop" / "x"
    assert node.path("file:///etc/hosts") == Path("/etc/hosts")
    assert node.local("/etc/hosts") == Path("/etc/hosts")
    with pytest.raises(OrchardError, match="scheme gs"):
        node.path("gs://b/x")


def words(put: Callable[[str, str], str], *more: str, output: str = "s3://b/out") -> list[str]:
    files = [put("s3://b/code/words.py", WORDS) + "#map.py", put("s3://b/code/sums.py", SUMS)]
    return [
        "-files", ",".join(files), *more,
        "-input", "s3://b/in/", "-output", output, "-mapper", "python3 map.py", "-reducer", "python3 sums.py",
    ]  # fmt: skip


def test_words_are_counted(node: Node, put: Callable, capfd: pytest.CaptureFixture) -> None:
    put("s3://b/in/one.txt", "pear apple\napple")
    put("s3://b/in/two.txt.gz", gzip.compress(b"fig apple\n"))
    put("s3://b/in/_hidden", "no")
    assert streaming.main(words(put)) == 0, capfd.readouterr().err
    out = node.path("s3://b/out")
    assert (out / "part-00000").read_text() == "apple\t3\nfig\t1\npear\t1\n"
    assert (out / "_SUCCESS").exists()
    said = (Path(node.base) / "syslog").read_text()
    assert "Running job: job_1700000000000_0001" in said
    assert "\twords\n\t\tseen=3" in said
    with pytest.raises(OrchardError, match="Output directory s3://b/out already exists"):
        streaming.main(words(put))


def test_reducers_share_the_keys_in_order(node: Node, put: Callable) -> None:
    put("s3://b/in/one.txt", " ".join(f"w{n % 50}" for n in range(200)))
    assert streaming.main(words(put, "-D", "mapreduce.job.reduces=3", output="hdfs:///out")) == 0
    parts = [path.read_text().splitlines() for path in sorted(node.path("/out").glob("part-*"))]
    assert len(parts) == 3
    assert all(part == sorted(part) for part in parts)
    assert sorted(line for part in parts for line in part) == sorted(f"w{n}\t4" for n in range(50))


@models(
    "Hadoop streaming parts keys by their hash and sorts them for each reducer",
    source="Apache Hadoop, HashPartitioner and Text.hashCode",
)
def test_keys_go_to_the_reducer_that_hadoop_would_take() -> None:
    """By Text.hashCode: 1 for no bytes, then 31 times and the next (signed) byte."""
    for key in (b"", b"a", b"apple", "été".encode()):
        value = 1
        for byte in key:
            value = 31 * value + (byte - 256 if byte > 127 else byte)
        wanted = (value & 0x7FFFFFFF) % 7
        assert shuffle.partition(key + b"\tvalue\tmore", Options(reduces=7)) == wanted
    first_two = Options(reduces=7, key_fields=3, partition_fields=2)
    same = {shuffle.partition(line, first_two) for line in (b"a\tb\tc\tv", b"a\tb\td\tw")}
    assert len(same) == 1


def test_a_job_without_reducers_writes_what_the_mappers_do(node: Node, put: Callable) -> None:
    put("s3://b/in/one.txt", "b\na\n")
    asked = ["-D", "mapreduce.job.reduces=0", "-input", "s3://b/in", "-output", "out", "-mapper", "cat"]
    assert streaming.main(asked) == 0
    assert node.path("out/part-00000").read_text() == "b\t\na\t\n", "a line without a value ends with a tab"


def test_the_aggregate_reducer_and_a_program_by_its_name(node: Node, put: Callable) -> None:
    program = put("s3://b/code/split", '#!/bin/sh\nwhile read word; do echo "LongValueSum:$word\t1"; done\n')
    put("s3://b/in/one.txt", "fig\napple\nfig\n")
    asked = ["-files", program, "-input", "s3://b/in", "-output", "s3://b/out", "-mapper", "split"]
    assert streaming.main([*asked, "-reducer", "aggregate"]) == 0
    assert node.path("s3://b/out/part-00000").read_text() == "apple\t1\nfig\t2\n"


@models(
    "Hadoop streaming gives programs the job's settings as variables",
    source='Apache Hadoop, "Hadoop Streaming", "How do I get the Job variables in a streaming job\'s mapper/reducer?"',
)
def test_programs_see_their_task_and_the_jobs_settings(node: Node, put: Callable) -> None:
    put("s3://b/in/one.txt", "x\n")
    mapper = "sh -c 'cat >/dev/null; echo $mapreduce_map_input_file $mapreduce_task_partition $my_setting $MODE'"
    asked = ["-D", "my.setting=7", "-input", "s3://b/in/one.txt", "-output", "out", "-mapper", mapper]
    assert streaming.main([*asked, "-cmdenv", "MODE=mini", "-numReduceTasks", "0"]) == 0
    assert node.path("out/part-00000").read_text() == "s3://b/in/one.txt 0 7 mini\t\n"


def test_a_failing_mapper_fails_the_job(node: Node, put: Callable, capfd: pytest.CaptureFixture) -> None:
    put("s3://b/in/one.txt", "x\n")
    asked = ["-input", "s3://b/in", "-output", "out", "-mapper", "python3 -c 'raise SystemError(5)'"]
    assert streaming.main(asked) != 0
    said = capfd.readouterr().err
    assert "SystemError: 5" in said
    assert "PipeMapRed.waitOutputThreads(): subprocess" in said
    assert not node.path("out").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["-mapper", "org.apache.hadoop.mapred.lib.IdentityMapper"], "not the Java class"),
        (["-inputformat", "org.apache.hadoop.mapred.SequenceFileInputFormat"], "has no org.apache.hadoop.mapred.Seq"),
        (["-libjars", "x.jar"], "Unrecognized option: -libjars"),
        (["-numReduceTasks"], "has no value"),
        (["-D", "late=1"], "Unrecognized option: -D"),
    ],
)
def test_what_hadoop_streaming_has_not_is_refused(more: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        streaming_options.parse(["-input", "i", "-output", "o", "-mapper", "cat", *more])


def test_input_that_is_not_there_is_named(node: Node) -> None:
    with pytest.raises(OrchardError, match="Input path does not exist: s3://b/none"):
        streaming.main(["-input", "s3://b/none", "-output", "o", "-mapper", "cat"])


def test_files_are_copied_by_pattern_and_removed_after(node: Node, put: Callable) -> None:
    for name in ("a/1.csv", "a/2.csv", "a/b/3.csv", "a/4.txt"):
        put(f"s3://b/{name}", name)
    asked = ["--src", "s3://b/a", "--dest=hdfs:///data", "--srcPattern=.*\\.csv", "--deleteOnSuccess"]
    assert hadoop.jar("/usr/share/aws/emr/s3-dist-cp/lib/s3-dist-cp.jar", asked) == 0
    found = sorted(path.relative_to(node.hdfs).as_posix() for path in node.path("/data").rglob("*.*"))
    assert found == ["data/1.csv", "data/2.csv", "data/b/3.csv"]
    assert [path.name for path in Path(node.mirror).rglob("*.*")] == ["4.txt"]


def test_small_files_are_put_together(node: Node, put: Callable) -> None:
    for name in ("2026-01-x.log", "2026-01-y.log", "2026-02-x.log"):
        put(f"s3://b/logs/{name}", f"{name}\n")
    put("s3://b/logs/other", "no")
    asked = ["--src=s3://b/logs/", "--dest=/months", "--groupBy", ".*/(\\d{4}-\\d\\d)-.*(\\.log)", "--outputCodec=gz"]
    assert dist_cp.main(asked) == 0
    made = {path.name: gzip.decompress(path.read_bytes()).decode() for path in node.path("/months").iterdir()}
    assert made == {"2026-01.log": "2026-01-x.log\n2026-01-y.log\n", "2026-02.log": "2026-02-x.log\n"}


def test_a_copy_does_not_write_into_a_linked_file(node: Node, put: Callable) -> None:
    """The files of the mirror share their bytes with the store."""
    put("s3://b/new/x.gz", "new")
    old = node.path(put("s3://b/old/x.gz", "old"))
    os.link(old, node.work / "stored")
    assert dist_cp.main(["--src=s3://b/new", "--dest=s3://b/old"]) == 0
    assert old.read_text() == "new"
    assert (node.work / "stored").read_text() == "old"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--src=s3://b/x"], "--dest"),
        (["--src=s3://b/x", "--dest=y", "--copyFromManifest"], "copyFromManifest"),
        (["--src=s3://b/none", "--dest=y"], "s3://b/none does not exist"),
    ],
)
def test_a_copy_that_cannot_be_is_refused(node: Node, words: list[str], message: str) -> None:
    with pytest.raises(OrchardError, match=message):
        dist_cp.main(words)


def test_every_program_on_path_is_known() -> None:
    assert set(workplace.PROGRAMS) == set(main.PROGRAMS)


def test_programs_start_without_what_takes_long_to_import() -> None:
    start = f"import runpy, sys; runpy.run_path({main.__file__!r}); print(*sys.modules)"
    there = subprocess.run([sys.executable, "-I", "-c", start], capture_output=True, text=True, check=True).stdout
    assert "orchard.emulator.steps.node.spark" in there.split()
    assert not {"moto", "boto3", "pydantic", "pyspark"} & set(there.split())


def test_every_example_is_there() -> None:
    folder = spark_home() / "examples" / "src" / "main" / "python"
    assert all((folder / script).is_file() for script in spark.EXAMPLES.values())


def test_commands_and_examples_that_are_not_here_are_named(node: Node) -> None:
    for run, words, message in (
        (hadoop.hadoop, ["distcp", "a", "b"], "no hadoop distcp"),
        (hadoop.hdfs, ["dfsadmin"], "no hdfs dfsadmin"),
        (spark.example, ["SparkHdfsLR"], "no example SparkHdfsLR"),
    ):
        with pytest.raises(OrchardError, match=message):
            run(words)
