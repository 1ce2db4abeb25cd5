"""Terraform run for real, on a root that needs no provider."""

import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from orchard.base import places
from orchard.base.errors import InterruptedByUserError
from orchard.diagnosis.terraform import TerraformError
from orchard.infrastructure import plan_document
from orchard.infrastructure.terraform import Plan, Terraform
from tests.support.cells import cell

ROOT = """
terraform {
  backend "local" {}
}

variable "size" {
  type    = number
  default = 1
  validation {
    condition     = var.size < 10
    error_message = "At most nine."
  }
}

variable "seconds" {
  type    = number
  default = 0
}

resource "terraform_data" "thing" {
  count = var.size
  input = terraform.workspace

  provisioner "local-exec" {
    command = "sleep ${var.seconds}"
  }
}

output "names" {
  value = terraform_data.thing[*].output
}

output "last" {
  value = try(terraform_data.thing[0].output, "none")
}

check "small" {
  assert {
    condition     = var.size < 5
    error_message = "Rather large."
  }
}
"""


@pytest.fixture
def root(tmp_path):
    directory = tmp_path / "root"
    directory.mkdir()
    (directory / "main.tf").write_text(ROOT)

    def make(*, init=True, state="state", **options):
        events = []
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment["AWS_EC2_METADATA_DISABLED"] = "true"  # nobody is asked for credentials
        terraform = Terraform(
            "foundation", tmp_path / state, environment, report=events.append, directory=directory, **options
        )
        if init:
            terraform.init()
        terraform.events = events
        return terraform

    return make


def destroy(terraform):
    plan = terraform.plan({}, destroy=True)
    terraform.apply(plan)
    return plan.counts


def test_plan_apply_plan_destroy(root):
    terraform = root()
    plan = terraform.plan({"size": 2})
    assert plan.changed
    assert plan.counts == {"add": 2, "change": 0, "remove": 0}
    assert "terraform_data.thing[0]" in terraform.show(plan)
    assert len(terraform.show_json(plan)["resource_changes"]) == 2

    terraform.apply(plan)
    assert terraform.outputs() == {"names": ["default", "default"], "last": "default"}
    done = {event.address for event in terraform.events if event.kind == "apply_complete"}
    assert done == {"terraform_data.thing[0]", "terraform_data.thing[1]"}

    assert not terraform.plan({"size": 2}).changed
    assert destroy(terraform)["remove"] == 2
    assert destroy(terraform)["remove"] == 0, "destroying nothing is a success"
    assert terraform.outputs() == {}


@cell("shell", area="user", fault="a shell has another workspace, provider, words and values for Terraform (`TF_*`)",
      at="`up`, `down`", holds="Terraform works as Orchard calls it", quick=True)  # fmt: skip
@cell("secret", area="user", fault="credentials are in the environment", at="while Terraform works, and after it",
      holds="no process list, file of the state, plan or event has them", quick=True)  # fmt: skip
def test_the_environment_neither_steers_nor_shows(root, monkeypatch, tmp_path):
    secret = "of-the-company"
    lies = {"TF_WORKSPACE": "evil", "TF_VAR_size": "7", "TF_CLI_ARGS_plan": "-destroy", "TF_REATTACH_PROVIDERS": "{}"}
    for name, value in lies.items():
        monkeypatch.setenv(name, value)
    terraform = root(init=False)
    terraform._environment |= {"AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": secret}
    terraform.init()
    plan = terraform.plan({"seconds": 1})
    assert plan.counts["add"] == 1
    seen, over = set(), threading.Event()
    looking = threading.Thread(target=lambda: [seen.update(words()) for _ in iter(lambda: over.wait(0.05), True)])
    looking.start()
    terraform.apply(plan)
    over.set()
    looking.join()
    assert any("apply" in line for line in seen), "it was looked at while it ran"
    assert not [line for line in seen if secret in line]
    assert terraform.outputs()["last"] == "default"
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"foundation.tfstate", "foundation.default.tfplan"} <= {path.name for path in kept}
    assert [path for path in kept if secret.encode() in path.read_bytes()] == []
    assert secret not in str(terraform.events)


def words():
    """The command lines of all processes, as anybody on this machine can read them."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield file.read_bytes().replace(b"\0", b" ").decode(errors="replace")


def test_what_is_forgotten_is_made_anew(root):
    terraform = root()
    terraform.apply(terraform.plan({"size": 2}))
    assert terraform.forget(("aws_emr_cluster", "data")) == []
    things = [f"terraform_data.thing[{number}]" for number in range(2)]
    assert terraform.forget(("aws_emr_cluster", "terraform_data")) == things
    again = terraform.plan({"size": 2})
    assert plan_document.changed(terraform.show_json(again)) == [f"{thing} (create)" for thing in things]
    assert terraform.outputs()["last"] == "default", "outputs stay until the next apply"


def test_state_is_kept_where_it_is_said(root, tmp_path):
    terraform = root()
    terraform.apply(terraform.plan({}))
    assert (tmp_path / "state" / "foundation.tfstate").exists()
    assert sorted(p.name for p in (tmp_path / "root").iterdir()) == ["main.tf"]


def test_workspaces_keep_clusters_apart(root):
    one, two = root(workspace="one"), root(workspace="two")
    two.apply(two.plan({}))
    one.init()
    assert one.outputs() == {}
    one.apply(one.plan({}))
    assert one.outputs()["last"] == "one"
    two.init()
    assert two.outputs()["last"] == "two"


def test_what_is_initialised_is_not_again_until_it_changes(root, tmp_path, monkeypatch):
    calls = []
    run = Terraform._run
    monkeypatch.setattr(
        Terraform, "_run", lambda self, words, *a, **o: calls.append(words) or run(self, words, *a, **o)
    )

    def initialised(**options):
        calls.clear()
        terraform = root(**options)
        terraform.plan({})
        return calls[0] == "init"

    assert initialised()
    assert not initialised()
    assert initialised(state="another"), "another target"
    assert not initialised(), "each has its own"
    (tmp_path / "state" / "foundation.data" / "terraform.tfstate").unlink()
    assert initialised(), "somebody has cleared up"
    main = tmp_path / "root" / "main.tf"
    main.write_text(main.read_text() + '\noutput "more" {\n  value = 1\n}\n')
    assert root() is not None
    assert "init" in calls, "the root is another"


def test_warnings_are_told_and_kept(root):
    terraform = root()
    assert terraform.plan({"size": 6}).warnings == ["Rather large."]
    assert "Warning: Rather large." in [event.message for event in terraform.events]


def test_refused_variable(root):
    with pytest.raises(TerraformError) as caught:
        root().plan({"size": 11})
    assert caught.value.cause == "size = 11 cannot be used: At most nine."
    assert caught.value.remedy == "change size in orchard.toml, or by ORCHARD_SIZE"
    assert caught.value.terraform_exit_code == 1


def test_stale_plan_changes_nothing(root):
    terraform = root()
    old = terraform.plan({"size": 1})
    kept = old.file.read_bytes()
    terraform.apply(terraform.plan({"size": 2}))
    old.file.write_bytes(kept)
    with pytest.raises(TerraformError, match="the saved plan is stale") as caught:
        terraform.apply(Plan(old.file, True, {}, []))
    assert caught.value.remedy == "make a new one: ./inv tf.plan --root foundation"
    assert len(terraform.outputs()["names"]) == 2


@cell(
    "locked",
    area="user",
    fault="Terraform is called for a root that another command changes",
    at="an apply",
    holds="it is refused, and told who holds the lock",
    quick=True,
)
def test_locked_state_is_left_alone(root):
    first, second = root(), root()
    plan = first.plan({"seconds": 3})
    started = threading.Event()
    first.report = lambda event: started.set() if event.kind == "apply_start" else None
    work = threading.Thread(target=first.apply, args=(plan,))
    work.start()
    started.wait(20)
    with pytest.raises(TerraformError, match="the state is locked") as caught:
        second.plan({})
    work.join()
    assert "tf.unlock --root foundation --lock-id" in caught.value.remedy


def test_forgotten_init_is_named(root):
    with pytest.raises(TerraformError) as caught:
        root(init=False).plan({})
    assert caught.value.remedy == "run ./inv tf.init --root foundation"


@pytest.fixture
def interruptible():
    """Ctrl-C as on a terminal: what a shell starts in the background ignores it, and Spark has a handler of its own."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@cell(
    "ctrl-c",
    area="user",
    fault="Ctrl-C",
    at="`up`, `down` or `cleanup` while Terraform works",
    holds="Terraform ends in order and writes its state; 130, and which command goes on",
    quick=True,
)
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_stops_in_order_and_keeps_the_state(root):
    terraform = root()
    plan = terraform.plan({"seconds": 20})  # long enough for any machine to interrupt it meanwhile

    def interrupt(event):
        if event.kind == "apply_start":
            terraform.report = lambda event: None
            os.kill(os.getpid(), signal.SIGINT)

    terraform.report = interrupt
    with pytest.raises(InterruptedByUserError) as caught:
        terraform.apply(plan)
    assert caught.value.cause == "terraform apply of the foundation was interrupted"
    assert caught.value.exit_code == 130
    destroy(terraform)


@cell(
    "pipe",
    area="Terraform",
    fault="whoever reads what `up` says ends (its output goes to `head`)",
    at="an apply",
    holds="Terraform is not killed by it: it finishes, and its state has all that it made",
)
def test_a_reader_that_ends_does_not_end_terraform(root):
    terraform = root()
    plan = terraform.plan({"size": 3})

    def unread(event):
        raise BrokenPipeError

    terraform.report = unread
    with pytest.raises(BrokenPipeError):
        terraform.apply(plan)
    assert len(terraform.outputs()["names"]) == 3


def test_state_bucket_becomes_an_s3_backend(root, tmp_path):
    shared = root(init=False, state="shared", state_bucket="team-state", region="eu-west-1")
    assert shared.backend["use_lockfile"] == "true"
    assert shared.backend["encrypt"] == "true"
    with pytest.raises(TerraformError, match="no AWS credentials were found"):
        shared.init()
    assert (tmp_path / "root" / "backend_override.tf.json").read_text() == '{"terraform": {"backend": {"s3": {}}}}\n'
    root()
    assert not (tmp_path / "root" / "backend_override.tf.json").exists()


def test_only_this_module_knows_python_terraform():
    found = subprocess.run(
        ["git", "grep", "-l", "-E", r"(import|from) python_terraform", "--", "*.py"],
        capture_output=True,
        text=True,
        check=True,
        cwd=places.ROOT,
    )
    assert found.stdout.split() == ["orchard/infrastructure/terraform.py"]
