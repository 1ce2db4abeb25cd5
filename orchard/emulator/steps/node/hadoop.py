"""hadoop, hdfs and mapred: the file system's shell and jars, by the classes that the pyspark package carries.

There is no YARN: MapReduce runs in the process that starts it, as Hadoop does where nothing else is said.
"""

from pathlib import PurePosixPath

from orchard.emulator.outside import UsageError
from orchard.emulator.steps import container
from orchard.emulator.steps.node import dist_cp, running, streaming
from orchard.emulator.steps.node.place import Node

FS_SHELL, RUN_JAR = "org.apache.hadoop.fs.FsShell", "org.apache.hadoop.util.RunJar"
VERSION = "org.apache.hadoop.util.VersionInfo"


def hadoop(words: list[str]) -> int:
    """Run `hadoop COMMAND ...`.

    Raises:
        UsageError: a command that is not here.
    """
    name, arguments = (words or [""])[0], words[1:]
    if name in ("fs", "dfs"):
        return running.run(running.java(FS_SHELL, arguments))
    if name == "jar" and arguments:
        return jar(arguments[0], arguments[1:])
    if name == "version":
        return running.run(running.java(VERSION, arguments))
    raise UsageError(f"the local AWS has no hadoop {name}".rstrip(), "take hadoop fs, hadoop jar or hadoop version")


def hdfs(words: list[str]) -> int:
    """Run `hdfs COMMAND ...`.

    Raises:
        UsageError: a command that is not here.
    """
    if words and words[0] == "dfs":
        return running.run(running.java(FS_SHELL, words[1:]))
    raise UsageError(f"the local AWS has no hdfs {(words or [''])[0]}".rstrip(), "take hdfs dfs")


def mapred(words: list[str]) -> int:
    """Run `mapred COMMAND ...`.

    Raises:
        UsageError: a command that is not here.
    """
    if words and words[0] == "streaming":
        return streaming.main(words[1:])
    raise UsageError(f"the local AWS has no mapred {(words or [''])[0]}".rstrip(), "take mapred streaming")


def jar(uri: str, arguments: list[str]) -> int:
    """Run a jar: those of EMR itself by what stands for them here, all others by Hadoop.

    Raises:
        OrchardError: it does not exist.
    """
    name = PurePosixPath(uri).name
    if name.startswith("hadoop-streaming"):
        return streaming.main(arguments)
    if name.startswith("s3-dist-cp"):
        return dist_cp.main(arguments)
    node = Node.here()
    file = container.localize(uri, node.work, node.local)
    return running.run(running.java(RUN_JAR, [str(file), *arguments], heap=node.heap))
