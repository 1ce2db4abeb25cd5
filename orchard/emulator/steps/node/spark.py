"""spark-submit, spark-sql, spark-shell and spark-example as EMR has them, on this machine's Spark.

What only means something on YARN is taken out of their options; a driver that YARN would run in a container gets its
logs apart, and the program then says what YARN's client would.
"""

import itertools
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from orchard.emulator.outside import OrchardError
from orchard.emulator.steps import command, spark
from orchard.emulator.steps.node import running
from orchard.emulator.steps.node.place import Node

# Spark's examples in Scala are not in the pyspark package; these are the same ones in Python.
EXAMPLES = {
    "SparkPi": "pi.py",
    "SparkLR": "logistic_regression.py",
    "SparkKMeans": "kmeans.py",
    "SparkALS": "als.py",
    "SparkPageRank": "pagerank.py",
    "SparkTC": "transitive_closure.py",
    "JavaSparkPi": "pi.py",
    "JavaWordCount": "wordcount.py",
    "JavaPageRank": "pagerank.py",
}


def submit(words: list[str]) -> int:
    """Run an application.

    Raises:
        OrchardError: the command line is incomplete, or a resource does not exist.
    """
    node, asked = Node.here(), command.parse(words)
    line = spark.line(asked, node.work, node.heap, node.local)
    if asked.deploy_mode != "cluster":
        return running.run(line, asked.environment)
    name, output = _application(node)
    code = running.run(line, asked.environment, output)
    print(_client(name, code), file=sys.stderr, flush=True)
    return code


def shell(name: str) -> Callable[[list[str]], int]:
    """Make the program of one of Spark's shells, which take their statements from options (`-e`, `-f`, `-i`)."""

    def run(words: list[str]) -> int:
        return running.run([str(spark.home() / "bin" / name), *command.without_yarn(words)])

    return run


def example(words: list[str]) -> int:
    """Run an example of Spark's by the name of its class.

    Raises:
        OrchardError: it is not among those that there are in Python.
    """
    options = list(itertools.takewhile(lambda word: word.startswith("-"), words))
    name, *arguments = words[len(options) :] or [""]
    script = EXAMPLES.get(name.removeprefix("org.apache.spark.examples."))
    if script is None:
        raise OrchardError(f"the local AWS has no example {name}", f"take one of {', '.join(sorted(EXAMPLES))}")
    folder = spark.home() / "examples" / "src" / "main" / "python"
    return submit([*options, str(folder / script), *arguments])


def _application(node: Node) -> tuple[str, Path]:
    """Name an application as YARN does (when the ResourceManager started, and a number), and a place for its logs."""
    name = f"application_{node.started}_{node.next_application():04d}"
    logs = Path(node.base) / "drivers"
    logs.mkdir(exist_ok=True)
    return name, logs / name


def _client(name: str, code: int) -> str:
    """Say what org.apache.spark.deploy.yarn.Client of Spark 3.5 logs."""
    now = f"{datetime.now(UTC):%y/%m/%d %H:%M:%S}"
    end = "FAILED" if code else "SUCCEEDED"
    lines = [
        f"{now} INFO YarnClientImpl: Submitted application {name}",
        f"{now} INFO Client: Application report for {name} (state: FINISHED)",
        f"{now} INFO Client: \n\t client token: N/A\n\t diagnostics: N/A\n\t final status: {end}",
    ]
    if code:
        lines += [
            'Exception in thread "main" org.apache.spark.SparkException: '
            f"Application {name} finished with failed status",
            "\tat org.apache.spark.deploy.yarn.Client.run(Client.scala:1342)",
        ]
    return "\n".join([*lines, f"{now} INFO ShutdownHookManager: Shutdown hook called"])
