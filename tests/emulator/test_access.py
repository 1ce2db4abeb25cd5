"""`connect` and `studio` against the local AWS; a stand-in for ssh listens where a real one would forward."""

import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchard.aws import target
from orchard.aws.emr import Cluster
from orchard.base.config import Settings
from orchard.base.errors import OrchardError, UsageError
from orchard.cluster.access import connect, studio
from orchard.cluster.site import Site
from orchard.emulator.process import LocalAws
from orchard.infrastructure import ssh_key

from .conftest import ROOT, Aws


@pytest.fixture
def site(aws: Aws, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    program = (ROOT / "tests" / "programs" / "tunnel.py").read_text()
    (tmp_path / "ssh").write_text(f"#!{sys.executable}\n{program}")
    (tmp_path / "ssh").chmod(0o755)
    aws.credentials.write(tmp_path)
    place = target._local("eu-west-3", LocalAws(instance="x", pid=1, port=aws.port, home=tmp_path))
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    place = replace(place, environment=place.environment | {"PATH": path})
    made = lambda name, **settings: Site(Settings(target="local", **settings), place, name)  # noqa: E731
    yield made
    connect.close(made("any"))


@pytest.fixture(scope="module")
def hub(aws: Aws) -> Iterator[str]:
    applications = [{"Name": name} for name in ("Spark", "JupyterHub", "Livy")]
    aws.client("ec2").create_key_pair(KeyName="orchard-hub")
    cluster = aws.cluster(name="orchard-hub", Applications=applications, ec2={"Ec2KeyName": "orchard-hub"})
    yield cluster
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_connect_opens_a_tunnel_and_says_where(site, hub, port) -> None:
    place = site("hub", access="ssh")
    ssh_key.private(place.target)
    said = connect.open_(place, connect.SPARK_UI, port)
    assert said[0] == f"Spark's history of orchard-hub: http://127.0.0.1:{port}"
    assert not any("nothing answers" in line for line in said)
    assert connect.open_(place, connect.SPARK_UI, None)[0] == said[0], "the open one is found, whatever its port"
    assert connect.close(place) == [f"closed: 127.0.0.1:{port} to port 18080 of {hub}"]
    assert connect.close(place) == ["no tunnel is open"]


def test_connect_tells_the_user_and_not_the_password(site, hub, port) -> None:
    place = site("hub", access="ssh")
    ssh_key.private(place.target)
    said = connect.open_(place, connect.HUB, port)
    assert said[0] == f"JupyterHub of orchard-hub: https://127.0.0.1:{port}"
    assert "The tunnel is open, and nothing answers behind it yet: applications start after the nodes." in said
    assert "User: jovyan. Password: ./inv connect --password shows it." in said


def test_without_the_key_of_this_machine(site, hub) -> None:
    place = site("hub", access="ssh")
    far = place._replace(target=replace(place.target, reachable=True))
    with pytest.raises(OrchardError, match="is not on this machine"):
        connect.open_(far, connect.HUB, None)


def test_an_emulated_node_is_said_to_be_none(site, hub) -> None:
    place = site("hub", access="ssh")
    environment = place.target.environment | {"STAND_IN": "denied"}
    place = place._replace(target=replace(place.target, environment=environment))
    ssh_key.private(place.target)
    with pytest.raises(OrchardError) as caught:
        connect.open_(place, connect.HUB, None)
    assert (caught.value.cause, caught.value.remedy) == (connect.NO_MACHINES, connect.EMULATED)


def test_a_port_that_is_in_use_is_told_as_such(site, hub) -> None:
    place = site("hub", access="ssh")
    ssh_key.private(place.target)
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = holder.getsockname()[1]
        with pytest.raises(UsageError, match=f"the port {taken} of this machine is in use") as caught:
            connect.open_(place, connect.HUB, taken)
    other = re.fullmatch(r"choose another, such as --port (\d+)", caught.value.remedy)
    assert other is not None
    assert int(other[1]) != taken


def test_an_emulated_node_is_not_registered_with_session_manager(site, hub) -> None:
    for way in (lambda: connect.open_(site("hub"), connect.HUB, None), lambda: connect.show_password(site("hub"))):
        with pytest.raises(OrchardError, match=connect.NO_MACHINES) as caught:
            way()
        assert caught.value.remedy == connect.EMULATED


def test_the_password_is_told(site, hub, tmp_path) -> None:
    place = site("hub", access="ssh")
    place.target.environment["STAND_IN_HOME"] = str(tmp_path)
    ssh_key.private(place.target)
    (tmp_path / ".jupyterhub-password").write_text("secret\n")
    (tmp_path / ".jupyterhub.log").write_text("jupyterhub: signed in as jovyan, and the server started\n")
    assert connect.show_password(place) == [
        "User: jovyan. Password: secret",
        "The hub: signed in as jovyan, and the server started.",
    ]


def test_livy_is_behind_a_tunnel_where_no_other_way_leads_to_it(site, hub) -> None:
    place = site("hub", access="ssh")
    ssh_key.private(place.target)
    assert connect.livy(place) == place.target.livy.format(cluster=hub)
    far = place._replace(target=replace(place.target, livy=None))
    address = connect.livy(far)
    assert connect.livy(far) == address, "one tunnel is enough"
    assert [line for line in connect.close(far) if address.rpartition(":")[2] in line and "port 8998" in line]


def test_livys_tunnel_leaves_a_port_in_use_alone(site, hub, monkeypatch) -> None:
    place = site("hub", access="ssh")
    ssh_key.private(place.target)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(connect, "LIVY", connect.LIVY._replace(port=taken.getsockname()[1]))
        address = connect.livy(place._replace(target=replace(place.target, livy=None)))
        assert int(address.rpartition(":")[2]) != connect.LIVY.port


def test_a_studio_cluster_has_no_hub_and_no_key(aws: Aws, site) -> None:
    cluster = aws.cluster(name="orchard-plain", Applications=[{"Name": "Spark"}, {"Name": "JupyterEnterpriseGateway"}])
    with pytest.raises(UsageError, match="has no JupyterHub") as caught:
        connect.open_(site("plain"), connect.HUB, None)
    assert "./inv studio" in caught.value.remedy
    with pytest.raises(UsageError, match="made without a key pair"):
        connect.open_(site("plain", access="ssh"), connect.SPARK_UI, None)
    said = "\n".join(_studio(aws, site("plain")))
    assert f"orchard-plain ({cluster}, WAITING) > Attach" in said
    assert "This Studio is emulated" in said
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
    aws.until(cluster, "TERMINATED")
    assert "orchard-plain, once it is up (./inv up)" in "\n".join(studio.show(site("plain"), browse=False))


def test_a_cluster_that_cannot_be_attached_is_said_to_be(aws: Aws, site, hub) -> None:
    assert "lacks JupyterEnterpriseGateway and cannot be attached" in "\n".join(_studio(aws, site("hub")))


def test_studio_opens_a_browser_when_asked(aws: Aws, site, hub, monkeypatch) -> None:
    opened: list[str] = []
    _studio(aws, site("hub"))
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or False)
    said = studio.show(site("hub"), browse=True)
    assert opened[0].startswith("https://es-")
    assert "No browser could be opened; copy the address above." in said


def test_there_is_no_studio(site) -> None:
    with pytest.raises(OrchardError, match="there is no EMR Studio nobody"):
        studio.show(site("hub", project="nobody"), browse=False)


def test_a_cluster_that_starts_is_waited_for_by_the_user(site, monkeypatch) -> None:
    with monkeypatch.context() as early:
        early.setattr(Site, "cluster", lambda _: Cluster("j-1", "orchard-slow", "STARTING", "", datetime.now(UTC)))
        with pytest.raises(OrchardError, match="orchard-slow is still STARTING"):
            connect.open_(site("slow"), connect.HUB, None)
    with pytest.raises(OrchardError, match="no cluster orchard-none is running"):
        connect.open_(site("none"), connect.HUB, None)


def _studio(aws: Aws, place: Site) -> list[str]:
    if "orchard" not in {found["Name"] for found in aws.emr.list_studios()["Studios"]}:
        names = ("WorkspaceSecurityGroupId", "EngineSecurityGroupId", "VpcId")
        words = dict.fromkeys(names, "x") | {
            "ServiceRole": "studio",
            "DefaultS3Location": "s3://b/w/",
            "SubnetIds": ["subnet-1"],
        }
        aws.emr.create_studio(Name="orchard", AuthMode="IAM", **words)
    return studio.show(place, browse=False)
