"""spark-submit, spark-sql, spark-shell and spark-example as EMR has them, on this machine's Spark.

An application gets the executors for which YARN has room, as threads of one Spark. A driver that YARN would run in a
container gets its logs apart, and outlives its client.
"""

import itertools
import sys
from collections.abc import Callable
from pathlib import Path

from orchard.emulator.outside import OrchardError
from orchard.emulator.steps import command, spark, yarn_request
from orchard.emulator.steps.node import running, yarn_client
from orchard.emulator.steps.node.place import Node

APART = Path(__file__).with_name("apart.py")

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
    settings = asked.settings(node.defaults)
    if settings.get("spark.master", "yarn").startswith("local"):  # as on EMR, where YARN then knows nothing of it
        return running.run(spark.line(asked, node.work, node.heap, node.local, {}), asked.environment)
    request = yarn_request.of(settings, node.yarn.scheduler.largest)
    if request.refusal:
        print(f'Exception in thread "main" java.lang.IllegalArgumentException: {request.refusal}', file=sys.stderr)
        return 1
    client = yarn_client.Client(node, request)
    placement = client.accepted()
    line = spark.line(asked, node.work, node.heap, node.local, yarn_client.given(placement, node.cores))
    first = Path(node.base) / "drivers" / client.name  # the logs of the application's first container
    first.parent.mkdir(exist_ok=True)
    first.with_suffix(".stderr").write_text(f"{yarn_client.master(placement)}\n")
    if request.mode != "cluster":
        print(yarn_client.executors(placement), file=sys.stderr, flush=True)
        return running.run(line, asked.environment)
    # Apart from this process, as YARN's node does it: whatever ends the client, the driver goes on.
    apart = [sys.executable, "-I", "-S", str(APART), node.cluster, str(node.grace), *line]
    code = running.apart(apart, asked.environment, first, client.application.lock)
    client.finished(code)
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
