import pytest

from orchard.base.errors import UsageError
from orchard.emulator.steps import command


def test_everything_that_is_sent_is_understood() -> None:
    submit = command.parse(
        [
            "--deploy-mode", "cluster", "--master=yarn", "--name", "features",
            "--py-files", "s3://b/fruits.zip,s3://b/more.py",
            "--files=s3://b/settings.json#s.json",
            "--archives", "s3://b/env.tar.gz#environment",
            "--conf", "spark.sql.shuffle.partitions=8",
            "--conf=spark.driver.extraJavaOptions=-Da=b -Dc=d",
            "--conf", "spark.yarn.appMasterEnv.MODE=mini",
            "--conf", "spark.yarn.appMasterEnv.PYSPARK_PYTHON=/usr/bin/python3.11",
            "--conf", "spark.executorEnv.PYSPARK_PYTHON=/usr/bin/python3.11",
            "--conf", "spark.pyspark.python=/usr/bin/python3.11",
            "--conf", "spark.submit.deployMode=cluster",
            "--driver-memory", "2g", "--num-executors", "4", "--verbose",
            "s3://b/features.py", "--master", "mine", "--conf", "x=y", "last",
        ]
    )  # fmt: skip
    assert submit.application == "s3://b/features.py"
    assert submit.arguments == ["--master", "mine", "--conf", "x=y", "last"]
    assert submit.options == ["--name", "features", "--verbose"]
    assert submit.conf == {
        "spark.sql.shuffle.partitions": "8",
        "spark.driver.extraJavaOptions": "-Da=b -Dc=d",
    }
    assert submit.resources == {
        "--py-files": ["s3://b/fruits.zip", "s3://b/more.py"],
        "--files": ["s3://b/settings.json#s.json"],
        "--archives": ["s3://b/env.tar.gz#environment"],
    }
    assert submit.environment == {"MODE": "mini"}
    assert submit.driver_memory == "2g"
    assert submit.sizes == {
        "spark.submit.deployMode": "cluster",
        "spark.master": "yarn",
        "spark.executor.instances": "4",
    }
    settings = submit.settings({"spark.driver.memory": "1g", "spark.executor.cores": "4"})
    assert settings == submit.conf | submit.sizes | {"spark.driver.memory": "2g", "spark.executor.cores": "4"}


def test_resources_may_be_settings() -> None:
    submit = command.parse(["--conf", "spark.submit.pyFiles=a.zip", "--conf", "spark.archives=e.zip#e", "job.py"])
    assert submit.resources == {"--py-files": ["a.zip"], "--archives": ["e.zip#e"]}
    assert submit.conf == {}


def test_empty_words_before_the_application_are_passed_over() -> None:
    submit = command.parse(["", "--deploy-mode", "cluster", "", "--conf", "a=b", "", "job.py", "", "x"])
    assert (submit.application, submit.arguments) == ("job.py", ["", "x"])
    assert (submit.sizes, submit.conf) == ({"spark.submit.deployMode": "cluster"}, {"a": "b"})


def test_a_shell_is_told_nothing_of_yarn() -> None:
    given = ["--master", "yarn", "--deploy-mode=client", "", "--num-executors", "4", "--conf", "spark.master=yarn"]
    given += ["-c", "spark.sql.shuffle.partitions=2", "--driver-memory", "1g", "-e", "select 1", "--hiveconf", "a=b"]
    assert command.without_yarn(given) == [
        "--conf", "spark.sql.shuffle.partitions=2", "--driver-memory", "1g", "-e", "select 1", "--hiveconf", "a=b",
    ]  # fmt: skip


@pytest.mark.parametrize("args", [[], ["--name"], ["--name", "x"], ["--verbose"]])
def test_an_incomplete_command_is_refused(args: list[str]) -> None:
    with pytest.raises(UsageError):
        command.parse(args)
