"""`notebooks`: what the commands hand to the rooms."""

from pathlib import Path
from types import SimpleNamespace

from orchard.base.config import Settings
from orchard.cluster.access import connect, tunnel
from orchard.cluster.access.primary import Primary
from orchard.cluster.site import Site
from orchard.commands import notebooks
from orchard.machine import packages
from orchard.notebooks import jupyter, rendering


def test_a_lab_here_reaches_livy_on_aws_by_a_tunnel(monkeypatch, tmp_path):
    place = SimpleNamespace(
        livy=None, livy_login=None, reachable=True, region="eu-west-3", environment={}, state_dir=tmp_path / "terraform"
    )
    managed = {"InstanceInformationList": [{"PingStatus": "Online"}]}
    place.client = lambda _: SimpleNamespace(describe_instance_information=lambda **_: managed)
    node = Primary("i-0c1", "", ssh_open=False, applications=frozenset({"Livy"}))
    asked = []

    def open_(_folder, cluster, remote, local, command, _environment):
        asked.append((cluster, remote, command[:3]))
        return tunnel.Tunnel(cluster, remote, local, 1, "born")

    site = Site(Settings(target="aws"), place)
    monkeypatch.setattr(Site, "cluster", lambda _: SimpleNamespace(id="j-1", name="orchard-default", state="WAITING"))
    monkeypatch.setattr(notebooks, "open_site", lambda *_, **__: site)
    monkeypatch.setattr(packages, "require", lambda _: None)
    monkeypatch.setattr(rendering, "publish", lambda *_, **__: [])
    monkeypatch.setattr(connect, "Emr", lambda _: SimpleNamespace(api=None))
    monkeypatch.setattr(connect.primary, "find", lambda *_: node)
    monkeypatch.setattr(tunnel, "open_", open_)
    monkeypatch.setattr(tunnel, "listens", lambda _: False)
    labs = []
    monkeypatch.setattr(jupyter, "lab", lambda folder, livy, **_: labs.append((Path(folder).name, livy)) or 0)
    notebooks.notebooks.body(None, local=True)
    assert asked == [("j-1", 8998, ["aws", "ssm", "start-session"])]
    assert labs == [("notebooks", "http://127.0.0.1:8998")]
