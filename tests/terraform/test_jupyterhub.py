"""The repair of JupyterHub on a primary node: the script as it is, with stand-ins for what only a node has.

The hub is `tests/programs/hub.py`; with ORCHARD_JUPYTERHUB, which names the program `jupyterhub`, a real one.
"""

import os
import signal
import socket
import sys
from pathlib import Path

import pytest
from traitlets.config.loader import PyFileConfigLoader

from orchard.base.places import ROOT
from tests.support.fidelity import models
from tests.waiting import until

SCRIPT = ROOT / "spark" / "jupyterhub.sh"
HUB = ROOT / "tests" / "programs" / "hub.py"
REAL = os.environ.get("ORCHARD_JUPYTERHUB")

# The record of a node, which is the text of a protocol buffer, with a neighbour whose state is none of ours.
STATE = """jobFlowId: "j-1"
configuration: "{{ nodeProvisionCheckinRecord {{ status: SUCCESSFUL"
remoteInstance {{
  nodeProvisionCheckinRecord {{
    status: SUCCESSFUL
  }}
}}
localInstance {{
  nodeProvisionCheckinRecord {{
    nodeProvisionRequestId: "r-1"
    status: {status}
  }}
  isMaster: true
}}
"""

CONFIG = "c.Spawner.environment = {'JUPYTER_ENABLE_LAB': 'yes'}\nc.Authenticator.admin_users = {'jovyan'}\n"

# What a real hub needs here: it has no container with users of its own.
REAL_CONFIG = """
c.JupyterHub.authenticator_class = "passwords.Passwords"
c.JupyterHub.spawner_class = "jupyterhub.spawner.SimpleLocalProcessSpawner"
c.JupyterHub.bind_url, c.JupyterHub.hub_port, c.JupyterHub.db_url = {url!r}, {ports[1]}, "sqlite://"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
needed = 'test "$S3_ENDPOINT_URL $AWS_REGION $AWS_DEFAULT_REGION" = "s3.eu-west-3.amazonaws.com eu-west-3 eu-west-3"'
c.Spawner.cmd = ["sh", "-c", needed + ' && exec jupyterhub-singleuser --allow-root "$@"', "--"]
"""
REAL_PASSWORDS = """
from jupyterhub.auth import Authenticator
class Passwords(Authenticator):
    allow_all = True
    async def authenticate(self, handler, data):
        given = "{username}:{password}\\n".format(**data)
        return data["username"] if open("passwords").read() == given else None
"""

ENDS = ("the server started", "did not start", "keeps EMR's password", "did not call this node provisioned")

PROGRAMS = {
    "sudo": 'exec "$@"',
    "sleep": 'echo "$@" >>"$NODE/sleeps"; exec /bin/sleep "$PAUSE"',
    "docker": """echo "$@" >>"$NODE/docker"
cd "$NODE" || exit
case $1 in
    inspect) test -e container ;;
    exec) test ! -e fixed && cat >passwords ;;
    restart) setsid $HUB >hub.log 2>&1 </dev/null & echo $! >pid ;;
    logs) cat hub.log ;;
esac""",
}


class Hub:
    """A primary node on which EMR is about to install JupyterHub."""

    def __init__(self, folder: Path, node) -> None:
        self.folder, self._node = folder, node
        self.config, self.secret = folder / "jupyterhub_config.py", folder / ".jupyterhub-password"
        taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
        self.ports = [one.getsockname()[1] for one in taken]
        for one in taken:
            one.close()
        self.url = f"http://127.0.0.1:{self.ports[0]}"
        (folder / "instance.json").write_text('{"isMaster": true, "isRunningNameNode": true}')

    def provisioning(self, status: str) -> None:
        (self.folder / "state.txt").write_text(STATE.format(status=status))

    def write(self, config: str = CONFIG) -> str:
        """Let EMR write the hub's configuration, and start its container."""
        text = config + (REAL_CONFIG.format(url=self.url, ports=self.ports) if REAL else "")
        (self.folder / "passwords.py").write_text(REAL_PASSWORDS)
        self.config.write_text(text)
        (self.folder / "container").touch()
        return text

    def act(self) -> None:
        """Run the bootstrap action, which leaves its process behind."""
        own = f"{sys.executable} {HUB} {self.ports[0]} {self.config} passwords"
        if REAL:
            own = f"env PYTHONPATH={self.folder} PATH={Path(REAL).parent}:{os.environ['PATH']} {REAL} -f {self.config}"
        done = self._node(
            *(SCRIPT, "eu-west-3"),
            programs=PROGRAMS,
            HOME=str(self.folder),
            NODE=str(self.folder),
            HUB=own,
            PAUSE="1" if REAL else "0",
            ORCHARD_INSTANCE_INFO=str(self.folder / "instance.json"),
            ORCHARD_NODE_STATE=str(self.folder / "state.txt"),
            ORCHARD_HUB_CONFIG=str(self.config),
            ORCHARD_HUB_URL=self.url,
        )
        assert (done.returncode, done.stderr) == (0, "")

    def said(self) -> list[str]:
        log = self.folder / ".jupyterhub.log"
        return log.read_text().splitlines() if log.exists() else []

    def end(self) -> str:
        """Wait for the log's last line of all; returns it."""
        return until(lambda: (self.said() or [""])[-1], lambda line: any(end in line for end in ENDS))

    def environment(self) -> dict[str, str]:
        """Return what the configuration now gives to users' servers."""
        config = PyFileConfigLoader(str(self.config), path="").load_config()
        return dict(config.Spawner.environment)


@pytest.fixture
def hub(tmp_path, node):
    here = Hub(tmp_path, node)
    here.provisioning("IN_PROGRESS")
    yield here
    if (tmp_path / "pid").exists():
        os.killpg(int((tmp_path / "pid").read_text()), signal.SIGTERM)


@models(
    "EMR installs applications after the bootstrap actions, and is done with a node when its record says so "
    "(nodeProvisionCheckinRecord, status: SUCCESSFUL)",
    source='EMR Management Guide, "Enhanced Monitoring with CloudWatch using custom metrics and logs", whose bootstrap '
    'script waits for it; re:Post, "How do I update all my Amazon EMR nodes after the bootstrap phase?"',
)
def test_nothing_is_touched_until_emr_calls_the_node_provisioned(hub):
    first = hub.write()
    hub.act()
    until(lambda: (hub.folder / "sleeps").exists() or hub.config.read_text() != first)
    assert hub.config.read_text() == first, "EMR is still at work on it"
    hub.write(CONFIG.replace("yes", "1"))  # as EMR does when it gets to JupyterHub
    hub.provisioning("SUCCESSFUL")
    assert "the server started" in hub.end()
    assert hub.environment() == {
        "JUPYTER_ENABLE_LAB": "1",
        "S3_ENDPOINT_URL": "s3.eu-west-3.amazonaws.com",
        "AWS_REGION": "eu-west-3",
        "AWS_DEFAULT_REGION": "eu-west-3",
    }


def test_a_user_can_sign_in_with_the_clusters_own_password(hub):
    hub.provisioning("SUCCESSFUL")
    hub.write("import os\nc.Spawner.environment = {'S3_ENDPOINT_URL': os.environ['S3_ENDPOINT_URL']}\n")
    hub.act()
    assert hub.end() == "jupyterhub: signed in as jovyan, and the server started"
    password = hub.secret.read_text().strip()
    assert len(password) == 24
    assert hub.secret.stat().st_mode & 0o777 == 0o600
    assert (hub.folder / "passwords").read_text() == f"jovyan:{password}\n"
    assert password not in (hub.folder / "docker").read_text(), "an argument would be seen by all"
    assert password not in "\n".join(hub.said())


def test_a_hub_without_an_environment_of_its_own_for_servers(hub):
    hub.provisioning("SUCCESSFUL")
    hub.write("c.JupyterHub.admin_access = True\n")
    hub.act()
    assert "the server started" in hub.end()


def test_a_server_that_does_not_start_is_told_with_the_hubs_own_words(hub):
    hub.provisioning("SUCCESSFUL")
    hub.write("print('the hub has its own troubles')\n")
    with hub.config.open("a") as config:  # after all, so that what the repair adds is undone
        config.write(
            "import atexit\nclass Deaf(dict):\n    def update(self, *_): pass\nc.Spawner.environment = Deaf()\n"
        )
    hub.act()
    assert "jovyan's server did not start" in hub.end()
    assert "the hub has its own troubles" in hub.said()


def test_a_password_that_cannot_be_changed_is_told(hub):
    (hub.folder / "fixed").touch()
    hub.provisioning("SUCCESSFUL")
    hub.write()
    hub.act()
    assert hub.end() == "jupyterhub: jovyan keeps EMR's password, for it could not be changed"
    assert not hub.secret.exists()


def test_a_node_that_is_never_provisioned_is_told(hub):
    hub.write()
    (hub.folder / "state.txt").unlink()
    hub.act()
    assert "EMR did not call this node provisioned" in hub.end()


def test_other_nodes_are_left_alone(node, tmp_path):
    info = tmp_path / "instance.json"
    info.write_text('{"isMaster": false}')
    done = node(SCRIPT, "eu-west-3", programs=PROGRAMS, ORCHARD_INSTANCE_INFO=str(info), HOME=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / ".jupyterhub.log").exists()
