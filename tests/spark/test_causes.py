"""What Spark's own failures mean, by their text."""

import pytest

from fruits import causes

READ = "\tat java.base/java.io.DataInputStream.readInt(DataInputStream.java:381)\n"
OF_A_WORKER = "\tat org.apache.spark.sql.execution.python.PythonArrowOutput$$anon$1.read(PythonArrowOutput.scala:105)"
OF_A_STORE = "\tat org.apache.hadoop.fs.s3a.S3AInputStream.read(S3AInputStream.java:1)\n"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("java.io.IOException: No space left on device", "no space is left on the disk"),
        ("  File 'x.py', line 1\nMemoryError", "memory ran out"),
        ("terminate called after throwing an instance of 'std::bad_alloc'", "memory ran out"),
        ("ImportError: libx.so: failed to map segment from shared object", "memory ran out"),
        ("Failed to create plugin for device CPU\nResource temporarily unavailable", "memory ran out"),
        ("Python worker exited unexpectedly (crashed)", "a Python worker was killed"),
        ("the command ended with exit code 137", "a Python worker was killed"),
        (f"java.net.SocketException: Connection reset\n{READ}{OF_A_WORKER}", "a Python worker was killed"),
        (f"java.net.SocketException: Broken pipe\n{OF_A_WORKER}", "a Python worker was killed"),
    ],
)
def test_memory_and_disk_are_told(text: str, cause: str) -> None:
    found = causes.find(text)
    assert found
    assert cause in found[0]


def test_what_is_not_known_is_nothing() -> None:
    assert causes.find("KeyError: 'label'") is None
    assert causes.find(f"java.net.SocketException: Connection reset\n{READ}{OF_A_STORE}{OF_A_WORKER}") is None
