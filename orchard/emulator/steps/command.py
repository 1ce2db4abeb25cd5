"""A spark-submit command line, read the way spark-submit reads it.

Options come first, as `--name value` or `--name=value`; then the application, and everything after it belongs to the
application (Spark 3.5.2, launcher/SparkSubmitOptionParser). What only means something on YARN is put apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchard.emulator.outside import UsageError

FLAGS = frozenset({"--verbose", "-v", "--supervise", "--usage-error", "--version", "--help", "-h"})
ALIASES = {"-c": "--conf"}
LISTS = ("--py-files", "--files", "--archives", "--jars")
# What only YARN is told, under the names of the settings that they stand for.
SIZES = {
    "--master": "spark.master",
    "--queue": "spark.yarn.queue",
    "--num-executors": "spark.executor.instances",
    "--executor-cores": "spark.executor.cores",
    "--executor-memory": "spark.executor.memory",
    "--driver-cores": "spark.driver.cores",
    "--deploy-mode": "spark.submit.deployMode",
}
DROPPED_CONF = frozenset({"spark.master", "spark.pyspark.python", "spark.pyspark.driver.python"})
# Interpreters are named by their path on the nodes; here the jobs run on the interpreter of this environment.
INTERPRETERS = frozenset({"PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"})
DRIVER_ENV = "spark.yarn.appMasterEnv."
EXECUTOR_ENV = "spark.executorEnv."


@dataclass
class SparkSubmit:
    """The parts of a spark-submit command line.

    Attributes:
        application: URI or path of the script (or jar).
        arguments: the application's own, untouched.
        conf: `--conf` settings, the last of each name.
        resources: the comma-separated lists, by option (`--py-files`, `--files`, `--archives`, `--jars`).
        options: all others, as they were given.
        environment: variables for the driver, from `spark.yarn.appMasterEnv.*`.
        driver_memory: as it was given.
        sizes: what was given by options that only YARN is told, under the names of Spark's settings.
    """

    application: str
    arguments: list[str]
    conf: dict[str, str] = field(default_factory=dict)
    resources: dict[str, list[str]] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    driver_memory: str | None = None
    sizes: dict[str, str] = field(default_factory=dict)

    def settings(self, defaults: Mapping[str, str]) -> dict[str, str]:
        """Return all settings as Spark's client sees them: options before `--conf` before the cluster's defaults."""
        driver = {"spark.driver.memory": self.driver_memory} if self.driver_memory else {}
        return {**defaults, **self.conf, **self.sizes, **driver}


def parse(args: list[str]) -> SparkSubmit:
    """Read the arguments after the word `spark-submit`.

    Raises:
        UsageError: no application, or an option without its value.
    """
    rest = list(args)
    submit = SparkSubmit(application="", arguments=[])
    while rest and (rest[0].startswith("-") or not rest[0]):
        if not rest[0]:
            rest.pop(0)  # of no meaning before the application: clients send one for options that they have not
            continue
        name, equals, value = rest.pop(0).partition("=")
        name = ALIASES.get(name, name)
        if name in FLAGS:
            submit.options.append(name)
            continue
        if not equals:
            if not rest:
                raise UsageError(f"spark-submit: the option {name} has no value", "give one after it")
            value = rest.pop(0)
        _take(submit, name, value)
    if not rest:
        raise UsageError("spark-submit: no application is named", "put a .py file after the options")
    submit.application, submit.arguments = rest[0], rest[1:]
    return submit


def without_yarn(args: list[str]) -> list[str]:
    """Take out of a shell's options what only means something on YARN; all others stay, in their order."""
    rest, kept = list(args), []
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name in SIZES:
            del rest[: 0 if equals else 1]
        elif name in ("--conf", "-c"):
            setting = value if equals else rest.pop(0) if rest else ""
            kept += [] if setting.partition("=")[0] in DROPPED_CONF else ["--conf", setting]
        elif word:
            kept.append(word)
    return kept


def of_this_machine(defaults: Mapping[str, str]) -> dict[str, str]:
    """Take what Spark on one machine can follow out of a cluster's defaults: no interpreters, nor the driver's size."""
    out = DROPPED_CONF | {"spark.submit.deployMode", "spark.driver.memory"}
    return {
        name: value
        for name, value in defaults.items()
        if name not in out and name.removeprefix(DRIVER_ENV).removeprefix(EXECUTOR_ENV) not in INTERPRETERS
    }


def _take(submit: SparkSubmit, name: str, value: str) -> None:
    if name == "--conf":
        _take_conf(submit, *value.partition("=")[::2])
    elif name in LISTS:
        submit.resources.setdefault(name, []).extend(item for item in value.split(",") if item)
    elif name == "--driver-memory":
        submit.driver_memory = value
    elif name in SIZES:
        submit.sizes[SIZES[name]] = value
    else:
        submit.options += [name, value]


def _take_conf(submit: SparkSubmit, name: str, value: str) -> None:
    for prefix in (DRIVER_ENV, EXECUTOR_ENV):
        if name.startswith(prefix) and name.removeprefix(prefix) in INTERPRETERS:
            return
    if name.startswith(DRIVER_ENV):
        submit.environment[name.removeprefix(DRIVER_ENV)] = value
    elif name in ("spark.master", "spark.submit.deployMode"):
        submit.sizes.setdefault(name, value)
    elif name == "spark.driver.memory":
        submit.driver_memory = submit.driver_memory or value
    elif name in ("spark.submit.pyFiles", "spark.files", "spark.archives", "spark.jars"):
        option = {"spark.submit.pyFiles": "--py-files"}.get(name, f"--{name.removeprefix('spark.')}")
        submit.resources.setdefault(option, []).extend(item for item in value.split(",") if item)
    elif name not in DROPPED_CONF:
        submit.conf[name] = value
