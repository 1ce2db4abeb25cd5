"""Keys and tunnels: real ssh-keygen, real processes; what stands in for ssh and the AWS CLI listens as they would."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchard.aws import target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.base.places import ROOT
from orchard.cluster.access import agent, password, primary, tunnel
from orchard.cluster.access.primary import Primary
from orchard.diagnosis.aws import refusal
from orchard.diagnosis.tunnel import explain
from orchard.infrastructure import ssh_key
from tests.support.fidelity import models
from tests.waiting import until

NODE = Primary("i-0c1", "ec2-35-180-1-2.eu-west-3.compute.amazonaws.com", ssh_open=True, applications=frozenset())

STAND_IN = f"#!{sys.executable}\n{(ROOT / 'tests' / 'programs' / 'tunnel.py').read_text()}"


@pytest.fixture
def aws_target(tmp_path):
    state = tmp_path / "state" / "terraform"
    state.mkdir(parents=True)
    return SimpleNamespace(state_dir=state, own_address=lambda: "198.51.100.7/32")


@pytest.fixture
def programs(tmp_path):
    """An environment with stand-ins for `ssh` and `aws`; whatever they leave running is ended."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("ssh", "aws"):
        (folder / name).write_text(STAND_IN)
        (folder / name).chmod(0o755)
    yield os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    tunnel.close(tmp_path)


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


# Keys -------------------------------------------------------------------------------------------------------------
def test_the_key_is_made_once_and_for_its_owner(aws_target):
    first = ssh_key.private(aws_target)
    assert first.stat().st_mode & 0o777 == 0o600
    assert first.parent.stat().st_mode & 0o777 == 0o700
    text = first.read_text()
    assert "PRIVATE KEY" in text
    assert ssh_key.private(aws_target).read_text() == text
    line = ssh_key.public(first)
    assert line.startswith("ssh-rsa AAAA")
    assert "PRIVATE" not in line
    assert line.split() == (first.with_suffix(".pub")).read_text().split()[:2]


def test_a_key_that_others_can_read_is_mended_and_it_is_said(aws_target, capsys):
    key = ssh_key.private(aws_target)
    key.chmod(0o644)
    ssh_key.private(aws_target)
    assert key.stat().st_mode & 0o777 == 0o600
    assert "could be read by others (mode 644)" in capsys.readouterr().err


def test_a_key_of_somebody_else_is_refused(aws_target, monkeypatch):
    ssh_key.private(aws_target)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(OrchardError, match="belongs to another user"):
        ssh_key.private(aws_target)


def test_a_broken_key_has_a_remedy(aws_target):
    key = ssh_key.private(aws_target)
    key.write_text("-----BEGIN RSA {} KEY-----\nnothing\n".format("PRIVATE"))  # a hook looks for the words
    with pytest.raises(OrchardError, match="ssh-keygen failed") as caught:
        ssh_key.public(key)
    assert f"remove {key}" in caught.value.remedy


def test_connecting_makes_no_key(aws_target):
    with pytest.raises(OrchardError, match="is not on this machine"):
        ssh_key.private(aws_target, make=False)
    assert not (ssh_key.folder(aws_target) / ssh_key.NAME).exists()


def test_without_ssh_keygen(aws_target, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(OrchardError, match="there is no ssh-keygen") as caught:
        ssh_key.private(aws_target)
    assert 'access = "ssm"' in caught.value.remedy


@pytest.mark.parametrize("settings", [{}, {"access": "ssh"}, {"notebook": "jupyterhub"}])
def test_ssh_stays_closed_where_nobody_needs_it(aws_target, settings):
    assert ssh_key.variable(Settings(**settings), aws_target) is None
    assert not (aws_target.state_dir.parent / "access").exists()


def test_ssh_is_opened_to_one_address(aws_target):
    hub = {"notebook": "jupyterhub", "access": "ssh"}
    found = ssh_key.variable(Settings(**hub), aws_target)
    assert set(found) == {"public_key", "cidr"}
    assert found["cidr"] == "198.51.100.7/32"
    assert ssh_key.variable(Settings(**hub, ssh_cidr="192.0.2.0/24"), aws_target)["cidr"] == "192.0.2.0/24"


def test_where_the_address_cannot_be_asked_the_last_one_does(aws_target):
    hub = Settings(notebook="jupyterhub", access="ssh")

    def fails():
        raise OrchardError("nobody answers", "set ssh_cidr")

    aws_target.own_address = fails
    with pytest.raises(OrchardError, match="nobody answers"):
        ssh_key.variable(hub, aws_target)
    aws_target.own_address = lambda: "203.0.113.9/32"
    ssh_key.variable(hub, aws_target)
    aws_target.own_address = fails
    assert ssh_key.variable(hub, aws_target)["cidr"] == "203.0.113.9/32"


def test_the_address_is_asked_of_aws(monkeypatch, tmp_path):
    answer = tmp_path / "answer"
    monkeypatch.setattr(target, "CHECK_IP", answer.as_uri())
    answer.write_text("203.0.113.9\n")
    assert target._seen_by_aws() == "203.0.113.9/32"
    answer.write_text("<html>sign in to the hotel's network</html>")
    with pytest.raises(OrchardError) as caught:
        target._seen_by_aws()
    assert "ssh_cidr" in caught.value.remedy


# The commands -----------------------------------------------------------------------------------------------------
def test_the_command_lines():
    ssh = primary.ssh_tunnel(NODE, Path("/k/key"), Path("/k/known_hosts"), 9443, 9444)
    assert ssh[:3] == ["ssh", "-i", "/k/key"]
    assert ssh[-3:] == ["-L", "127.0.0.1:9444:localhost:9443", f"hadoop@{NODE.host}"]
    assert "ExitOnForwardFailure=yes" in ssh
    assert "HostKeyAlias=i-0c1" in ssh
    ssm = primary.ssm_tunnel(NODE, "eu-west-3", 18080, 18080)
    assert ssm[:7] == ["aws", "ssm", "start-session", "--region", "eu-west-3", "--target", "i-0c1"]
    assert json.loads(ssm[-1]) == {"portNumber": ["18080"], "localPortNumber": ["18080"]}


@pytest.mark.skipif(not shutil.which("ssh"), reason="no ssh here")
def test_ssh_understands_its_options():
    line = primary.ssh_tunnel(NODE, Path("/k/key"), Path("/k/known_hosts"), 9443, 9444)
    done = subprocess.run([line[0], "-G", *line[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "hostkeyalias i-0c1" in done.stdout
    assert "localforward [127.0.0.1]:9444 [localhost]:9443" in done.stdout


# Tunnels ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", ["ssh", "ssm"])
def test_a_tunnel_opens_once_and_closes(tmp_path, programs, port, way):
    line = (
        primary.ssh_tunnel(NODE, Path("/k"), Path("/h"), 9443, port)
        if way == "ssh"
        else primary.ssm_tunnel(NODE, "eu-west-3", 9443, port)
    )
    first = tunnel.open_(tmp_path, "j-1", 9443, port, line, programs)
    assert first.alive
    assert tunnel.open_(tmp_path, "j-1", 9443, port, line, programs) == first
    assert list(tunnel.existing(tmp_path)) == [first]
    assert tunnel.close(tmp_path) == [first]
    assert not tunnel.listens(port)
    assert not first.alive
    assert tunnel.close(tmp_path) == []
    assert not list(tmp_path.glob("tunnel-*"))


def test_a_closed_tunnels_port_is_free_though_a_child_outlives_it(tmp_path, port):
    slow = f"""
import http.server, signal, time
server = http.server.HTTPServer(("127.0.0.1", {port}), http.server.BaseHTTPRequestHandler)
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.5), exit()))
server.serve_forever()
"""
    line = [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {slow!r}])"]
    tunnel.open_(tmp_path, "j-1", 9443, port, line, os.environ)
    tunnel.close(tmp_path)
    assert not tunnel.listens(port)


def test_the_record_of_a_dead_tunnel_is_forgotten(tmp_path, programs, port):
    line = primary.ssh_tunnel(NODE, Path("/k"), Path("/h"), 9443, port)
    first = tunnel.open_(tmp_path, "j-1", 9443, port, line, programs)
    os.killpg(first.pid, 9)
    until(lambda: not tunnel.listens(port))
    assert list(tunnel.existing(tmp_path)) == []
    second = tunnel.open_(tmp_path, "j-1", 9443, port, line, programs)
    assert second.pid != first.pid


def test_a_number_that_is_another_process_now_is_left_alone(tmp_path):
    bystander = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        record = {"cluster": "j-1", "remote": 9443, "local": 1, "pid": bystander.pid, "born": "tick 1"}
        (tmp_path / "tunnel-1.json").write_text(json.dumps(record))
        assert tunnel.close(tmp_path) == []
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_record_that_cannot_be_read_is_forgotten(tmp_path):
    (tmp_path / "tunnel-1.json").write_text("{half")
    assert list(tunnel.existing(tmp_path)) == []
    assert not (tmp_path / "tunnel-1.json").exists()


def test_a_port_of_another_program_is_left_to_it(tmp_path, programs):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(OrchardError, match=f"the port {number} of this machine is in use") as caught:
            tunnel.open_(tmp_path, "j-1", 9443, number, ["ssh"], programs)
    assert "--port" in caught.value.remedy


def test_a_refusal_is_explained(tmp_path, programs, port):
    line = primary.ssh_tunnel(NODE, Path("/k"), Path("/h"), 9443, port)
    with pytest.raises(OrchardError, match="does not accept this machine's key"):
        tunnel.open_(tmp_path, "j-1", 9443, port, line, programs | {"STAND_IN": "denied"})
    assert not list(tmp_path.glob("tunnel-*.json"))


def test_a_tunnel_that_does_not_listen_is_given_up_and_ended(tmp_path, programs, port, monkeypatch):
    monkeypatch.setattr(tunnel, "OPENING", 0.5)
    line = primary.ssh_tunnel(NODE, Path("/k"), Path("/h"), 9443, port)
    with pytest.raises(OrchardError, match="ssh opened no tunnel: it said nothing"):
        tunnel.open_(tmp_path, "j-1", 9443, port, line, programs | {"STAND_IN": "silent"})


@pytest.mark.parametrize(("program", "remedy"), [("ssh", 'access = "ssm"'), ("aws", "Session Manager plugin")])
def test_a_missing_program_has_a_remedy(tmp_path, port, program, remedy):
    with pytest.raises(OrchardError, match=f"there is no {program} on this machine") as caught:
        tunnel.open_(tmp_path, "j-1", 9443, port, [program], {"PATH": "/nonexistent"})
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("output", "cause"),
    [
        ("SessionManagerPlugin is not found. Please refer to SessionManager Documentation here", "lacks the Session"),
        (
            "An error occurred (TargetNotConnected) when calling the StartSession operation: i-0c1 is not connected.",
            "yet",
        ),
        ("User: x is not authorized to perform: ssm:StartSession on resource: y", "may not open sessions"),
        ("ssh: connect to host ec2-35 port 22: Connection timed out", "cannot be reached by SSH"),
        ("ssh: Could not resolve hostname ip-10-0-0-4: Name or service not known", "private address only"),
        ("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.", "another machine"),
        ("@ WARNING: UNPROTECTED PRIVATE KEY FILE! @\nhadoop@h: Permission denied (publickey).", "does not accept"),
        ("bind [127.0.0.1]:9443: Address already in use\nCould not request local forwarding.", "port is in use"),
        ("the gremlins have won", "ssh opened no tunnel: the gremlins have won"),
    ],
)
def test_what_ssh_and_session_manager_say_is_explained(output, cause):
    known = explain(output, "ssh")
    assert cause in known.cause
    assert known.remedy


# The password ----------------------------------------------------------------------------------------------------
WAYS = {
    "ssm": primary.ssm_password(NODE, "eu-west-3"),
    "ssh": primary.ssh_password(NODE, Path("/k"), Path("/h")),
}


@pytest.fixture
def home(tmp_path):
    """The home of the node's user."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def ask(way, programs, home, **environment):
    return password.ask(WAYS[way], programs | {"STAND_IN_HOME": str(home)} | environment)


@pytest.mark.parametrize("way", WAYS)
def test_the_node_tells_the_password_and_how_the_hub_is(programs, home, way):
    (home / ".jupyterhub-password").write_text("q-w_e123\n")
    assert ask(way, programs, home) == ("q-w_e123", "")
    (home / ".jupyterhub.log").write_text("jupyterhub: one\njupyterhub: signed in as jovyan, and the server started\n")
    assert ask(way, programs, home) == ("q-w_e123", "signed in as jovyan, and the server started")


@pytest.mark.parametrize("way", WAYS)
@models(
    "Session Manager says by its exit code that there was a session, not what became of the command in it",
    source='aws/session-manager-plugin, issue 59, "Exit codes are not reported"',
)
def test_a_command_that_failed_is_noticed_whatever_the_exit_code(programs, home, way):
    done = subprocess.run(WAYS[way], env=programs | {"STAND_IN_HOME": str(home)}, capture_output=True, check=False)
    assert (done.returncode == 0) == (way == "ssm")
    with pytest.raises(OrchardError, match=r"gave no password: sed: .*jupyterhub-password") as caught:
        ask(way, programs, home)
    assert "some minutes after the start" in caught.value.remedy
    (home / ".jupyterhub.log").write_text("jupyterhub: EMR did not call this node provisioned within an hour\n")
    with pytest.raises(OrchardError, match="gave no password: EMR did not call this node provisioned"):
        ask(way, programs, home)


def test_a_password_that_cannot_be_asked_for(programs, home, monkeypatch):
    with pytest.raises(OrchardError, match="does not accept this machine's key"):
        ask("ssh", programs, home, STAND_IN="denied")
    monkeypatch.setattr(password, "PATIENCE", 0.2)
    with pytest.raises(OrchardError, match="said nothing for 0 s"):
        ask("ssm", programs, home, STAND_IN="silent")
    with pytest.raises(OrchardError, match="there is no aws on this machine"):
        password.ask(WAYS["ssm"], {"PATH": "/nonexistent"})


# Session Manager's agent -----------------------------------------------------------------------------------------
def manager(answer):
    def describe(Filters):
        assert Filters == [{"Key": "InstanceIds", "Values": ["i-0c1"]}]
        if isinstance(answer, Exception):
            raise answer
        return {"InstanceInformationList": answer}

    return SimpleNamespace(describe_instance_information=describe)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [([], "is not registered with Session Manager"), ([{"PingStatus": "ConnectionLost"}], "has lost the primary node")],
)
def test_a_node_without_an_agent_has_ssh_for_a_remedy(answer, cause):
    with pytest.raises(OrchardError, match=cause) as caught:
        agent.require(manager(answer), "i-0c1")
    assert 'access = "ssh"' in caught.value.remedy


def test_a_node_that_session_manager_reaches_or_that_may_not_be_asked_for():
    agent.require(manager([{"PingStatus": "Online"}]), "i-0c1")
    agent.require(manager(refusal("AccessDeniedException", "no", 400, "DescribeInstanceInformation")), "i-0c1")
