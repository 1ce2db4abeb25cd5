"""A local AWS with photographs, a cluster that has Livy, and the notebooks rendered for both."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from checks import emr_roles
from orchard.aws import target as targets
from orchard.aws.layout import RAW
from orchard.base import config, places
from orchard.cluster.access import connect
from orchard.cluster.site import Site
from orchard.emulator import process
from orchard.machine import pyspark_kernel
from orchard.notebooks import rendering
from orchard.runs import pipeline, results, run_names, submission

IMAGES = 24
PYTHON = "/opt/orchard/python/bin/python3.11"
CONFIGURATIONS = [
    {"Classification": "spark-defaults", "Properties": {"spark.pyspark.python": PYTHON}},
    {"Classification": "livy-conf", "Properties": {"livy.server.session.timeout": "2h"}},
]


def cluster(site: Site, *applications: str) -> str:
    """Make a cluster as Terraform would, as far as notebooks care, and wait for it."""
    emr, iam = site.target.client("emr"), site.target.client("iam")
    if not iam.list_instance_profiles()["InstanceProfiles"]:
        emr_roles.make(iam, "emr", "ec2")
    groups = [
        {"InstanceRole": role, "InstanceType": "m5.xlarge", "InstanceCount": count}
        for role, count in (("MASTER", 1), ("CORE", 2))
    ]
    number = emr.run_job_flow(
        Name=site.cluster_name,
        ReleaseLabel="emr-7.5.0",
        Applications=[{"Name": name} for name in applications],
        Configurations=CONFIGURATIONS,
        JobFlowRole="ec2",
        ServiceRole="emr",
        Instances={"KeepJobFlowAliveWhenNoSteps": True, "InstanceGroups": groups},
    )["JobFlowId"]
    emr.get_waiter("cluster_running").wait(ClusterId=number, WaiterConfig={"Delay": 1, "MaxAttempts": 180})
    return number


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[process.LocalAws]:
    """A local AWS of its own."""
    home = tmp_path_factory.mktemp("aws")
    yield process.start(home)
    process.stop(home)


@pytest.fixture(scope="session")
def site(aws: process.LocalAws, photographs: Path, weights_file: str) -> Site:
    """A bucket with some photographs of every eighth class, and a cluster of Studio's and the hub's applications."""
    settings = config.load(
        bucket="notebook-photographs", split="Test", max_images=IMAGES, k="5", mode="mini", weights=weights_file
    )
    made = Site(settings, targets._local(settings.region, aws))
    where = {"LocationConstraint": settings.region}
    made.target.client("s3").create_bucket(Bucket=settings.bucket, CreateBucketConfiguration=where)
    files = [
        path for folder in sorted((photographs / "Test").iterdir())[::8] for path in sorted(folder.glob("*.jpg"))[:4]
    ]
    made.bucket().upload([(path, f"{RAW}{path.relative_to(photographs)}") for path in files])
    cluster(made, "Livy", "Spark", "JupyterEnterpriseGateway", "JupyterHub")
    return made


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where rendered notebooks and results lie."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def rendered(site: Site, home: Path) -> SimpleNamespace:
    """The notebooks as `./inv notebooks` leaves them on this machine; runs are named by the flavour."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "LOCAL", home / "notebooks")
        copies = rendering.publish(site, run=None, user="jovyan", force=False)
    return SimpleNamespace(folder=home / "notebooks", copies=copies)


@pytest.fixture(scope="session")
def stepped(site: Site, home: Path) -> str:
    """A run of both steps on the cluster, with its results on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_names, "RESULTS", home / "data" / "emr_output")
        patch.setattr(submission, "JOBS", home / "jobs")
        name = pipeline.run(site, "20261121T120000-step", csv=False, skip_canary=True)
        results.download(site.bucket(), name)
    return name


@pytest.fixture
def kernels(site: Site, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels and their settings as `./inv notebooks --local` makes them."""
    monkeypatch.delenv("PYSPARK_PYTHON", raising=False)
    kernel = pyspark_kernel.prepare(connect.livy(site), home / "jupyter", login=site.target.livy_login)
    for name, value in kernel.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ORCHARD_HOME", str(home))
    monkeypatch.setenv("PYTHONPATH", str(places.ROOT))
