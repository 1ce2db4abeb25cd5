"""Terraform's roots, run by python-terraform's command lines. The only module that imports that package.

python-terraform 0.10.1 builds command lines well and runs them badly for our purpose: it either captures the output,
so that nothing is seen for minutes, or passes it on, so that nothing can be read of it; and it always hands over this
process's own environment, which may hold credentials for another target. So it builds, and this module runs.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal, NamedTuple

import python_terraform
from python_terraform import IsFlagged

from orchard.base import waiting
from orchard.base.console import say
from orchard.base.errors import InterruptedByUserError
from orchard.base.language import marked
from orchard.base.places import ROOT
from orchard.diagnosis.terraform import translate
from orchard.diagnosis.terraform_events import Event, Transcript
from orchard.infrastructure import import_blocks, terraform_process
from orchard.infrastructure.backend import choose, in_bucket, is_in_bucket, on_disk
from orchard.infrastructure.initialised import Initialised, given
from orchard.infrastructure.state_locks import Holders, Lock
from orchard.machine import provider
from orchard.machine.terraform import find_terraform

Root = Literal["foundation", "cluster"]
DIRECTORY = ROOT / "terraform"
# The provider's schema fills Go's heap anew in every run. Collected less often than by Go's own 100, a plan takes a
# quarter less processor time and a tenth more memory (720 MB).
GOGC = "400"
# What a shell may have left there: more words for every command line, another state, another provider, values of the
# user's for variables that Orchard leaves out.
FOREIGN = ("TF_CLI_ARGS", "TF_WORKSPACE", "TF_REATTACH_PROVIDERS", "TF_VAR_")


class Plan(NamedTuple):
    """A saved plan.

    Attributes:
        file: what `apply` takes.
        changed: whether it does anything.
        counts: how many resources it adds, changes and removes: {"add", "change", "remove"}.
        warnings: one line each.
    """

    file: Path
    changed: bool
    counts: dict[str, int]
    warnings: list[str]


class Terraform:
    """One root against one target.

    Args:
        root: `foundation` or `cluster`.
        state_dir: where state, plans and variables are kept, one directory per target (ignored by Git).
        environment: the whole environment of the target: credentials, endpoint, region.
        workspace: `default`, or the name of one cluster of several.
        state_bucket: an S3 bucket that keeps the state instead, with S3's own locking.
        state_prefix: in that bucket, ending in a slash.
        region: the region of that bucket.
        report: is told what happens while it happens.

    Attributes:
        backend: the configuration of the backend that keeps the state, as `init` hands it over.
    """

    def __init__(
        self,
        root: Root,
        state_dir: Path,
        environment: Mapping[str, str],
        *,
        workspace: str = "default",
        state_bucket: str = "",
        state_prefix: str = "",
        region: str = "",
        report: Callable[[Event], None] = lambda event: None,
        directory: Path | None = None,
    ) -> None:
        self.root, self.workspace, self.report = root, workspace, report
        self.directory = directory or DIRECTORY / root
        self.state_dir = state_dir.resolve()
        self.state_dir.mkdir(parents=True, exist_ok=True)
        if state_bucket:
            self.backend = in_bucket(state_bucket, state_prefix, region, root)
        else:
            self.backend = on_disk(self.state_dir, root)
        self._data = self.state_dir / f"{root}.data"
        self._program = find_terraform()
        self._lines = python_terraform.Terraform(str(self.directory), terraform_bin_path=str(self._program))
        self._holders = Holders(self.state_dir, f"{root}.{workspace}")
        own = {name: value for name, value in environment.items() if not name.startswith(FOREIGN)}
        own |= {"TF_DATA_DIR": str(self._data), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        own.setdefault("GOGC", GOGC)
        self._environment = own | provider.settings(own, provider.cache_folder())

    @property
    def plan_file(self) -> Path:
        """Where `plan` saves and the next `apply` finds it."""
        return self.state_dir / f"{self.root}.{self.workspace}.tfplan"

    @property
    def _values(self) -> Path:
        """Where `plan` leaves the values of the variables."""
        return self.state_dir / f"{self.root}.tfvars.json"

    def init(self, *, backend: bool = True, migrate: bool = False, again: bool = False) -> None:
        """Fetch the provider that the lock file names, and find the state and the workspace.

        Done already with all that it depends on as it is, `terraform init` is not called again.

        Args:
            backend: use a state at all; without, only `validate` works.
            migrate: take the state along from where it was kept before (after a change of `state_bucket`).
            again: call it in any case.
        """
        if backend:
            choose(self.directory, self.backend)
        moved = {"migrate_state": IsFlagged, "force_copy": IsFlagged} if migrate else {"reconfigure": IsFlagged}
        options = {"backend_config": self.backend, **moved} if backend else {"backend": False}
        done = Initialised(self._data, given(self.directory, self.backend, self._environment, self._program))
        if again or migrate or not backend or not done.holds:
            done.forget()
            with waiting.shown(f"{self.root}: preparing Terraform"):
                self._run("init", lockfile="readonly", json=IsFlagged, **options)
            if backend:
                done.note()
        if backend and (self.workspace != "default" or (self._data / "environment").exists()):
            self._run("workspace select", self.workspace, or_create=True)

    def validate(self) -> None:
        """Check the configuration without state, credentials or network."""
        self._run("validate", no_color=IsFlagged)

    def plan(
        self,
        variables: Mapping[str, Any],
        *,
        destroy: bool = False,
        refresh: bool = True,
        imports: Mapping[str, str] | None = None,
    ) -> Plan:
        """Save a plan.

        Args:
            variables: values for the root's variables; written to a file beside the state, so never a secret.
            destroy: plan to remove everything instead.
            refresh: ask AWS what is there; without, the plan compares with the state alone and needs no network.
            imports: ids, by address, of what is there and to be taken into the state.
        """
        self._values.write_text(json.dumps(dict(variables), indent=2, default=str))
        code, transcript = self._run(
            "plan",
            allowed=(0, 2),  # with -detailed-exitcode, 2 says that there is something to do
            json=IsFlagged,
            detailed_exitcode=IsFlagged,
            input=False,
            var_file=str(self._values),
            out=str(self.plan_file),
            refresh=refresh,
            destroy=destroy or None,
            directory=import_blocks.beside(self.state_dir, self.directory, imports) if imports else None,
        )
        warnings = [" ".join((w.get("detail") or w["summary"]).split()) for w in transcript.warnings]
        return Plan(self.plan_file, code == 2, transcript.changes, warnings)

    def apply(self, plan: Plan) -> None:
        """Do what a saved plan says, and nothing else."""
        self._run("apply", str(plan.file), json=IsFlagged, input=False)

    def outputs(self) -> dict[str, Any]:
        """Return the outputs, each as its plain value; empty before the first apply."""
        document = self._read("output", json=IsFlagged)
        return {name: output["value"] for name, output in json.loads(document or "{}").items()}

    def show(self, plan: Plan) -> str:
        """Return a saved plan as people read it."""
        return self._read("show", str(plan.file), no_color=IsFlagged)

    def show_json(self, plan: Plan) -> dict[str, Any]:
        """Return a saved plan in Terraform's JSON format."""
        return json.loads(self._read("show", str(plan.file), json=IsFlagged))

    def forget(self, kinds: tuple[str, ...]) -> list[str]:
        """Drop the resources of these types from the state and leave them as they are; returns their addresses."""
        named = re.compile(rf"(^|\.)({'|'.join(kinds)})\.")
        addresses = [line for line in self._read("state list").splitlines() if named.search(line)]
        if addresses:
            self._run("state rm", *addresses)
        return addresses

    def take_in(self, address: str, resource_id: str, lacking: Mapping[str, Any]) -> None:
        """Import a resource into the state at once, and add what the provider has not read of it.

        Args:
            address: of the resource, which has the variables of the last plan.
            resource_id: by which it is imported.
            lacking: its attributes that are to be added.
        """
        self._run("import", address, resource_id, input=False, var_file=str(self._values))
        state = json.loads(self._read("state pull"))
        module, kind, name = address.rsplit(".", 2)
        for resource in state["resources"]:
            if (resource.get("module"), resource["type"], resource["name"]) == (module, kind, name):
                resource["instances"][0]["attributes"] |= lacking
        state["serial"] += 1
        file = self.state_dir / f"{self.root}.taken.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(state))
        self._run("state push", str(file))
        file.unlink()

    def unlock(self, lock_id: str) -> None:
        """Remove a lock whose holder has crashed."""
        self._run("force-unlock", lock_id, force=IsFlagged)

    def _read(self, words: str, *args: str, **options: Any) -> str:
        with waiting.shown(f"{self.root}: reading what there is"):
            _, transcript = self._run(words, *args, **options)
        return "\n".join(transcript.plain)

    def _run(
        self,
        words: str,
        *args: str,
        allowed: tuple[int, ...] = (0,),
        directory: Path | None = None,
        **options: Any,
    ) -> tuple[int, Transcript]:
        line = self._lines.generate_cmd_string(words, **options) + list(args)
        locks = words in ("plan", "apply", "import", "state rm", "state push")
        for last in (False, True):
            transcript = Transcript(events=words in ("init", "plan", "apply"))
            code = self._call(line, directory or self.directory, transcript, locks=locks)
            lock = Lock.parse(transcript.text) if locks and code else None
            if lock is None or last or not self._holders.are_gone(lock):
                break
            say(f"{self.root}: {lock.who} was killed and left the state locked since {lock.created:%H:%M:%S} UTC.")
            if is_in_bucket(self.backend):  # a lock on this machine ends with its holder
                self.unlock(lock.id)
        if code not in allowed:
            raise translate(transcript, code, self.root)
        if locks:
            self._holders.forget()
        return code, transcript

    def _call(self, line: list[str], directory: Path, transcript: Transcript, *, locks: bool) -> int:
        def hear(text: str) -> None:
            if event := transcript.read(text):
                self.report(event)

        def stopping() -> None:
            self.report(Event("interrupt", marked("Stopping in order; Ctrl-C again cuts it short.")))

        noted = self._holders.noted if locks else lambda _: nullcontext()
        try:
            return terraform_process.run(line, directory, self._environment, hear=hear, stopping=stopping, noted=noted)
        except KeyboardInterrupt as told:
            error = InterruptedByUserError(
                f"terraform {line[1]} of the {self.root} was interrupted",
                f"what exists is in the state: ./inv tf.plan --root {self.root} shows it; up or down goes on there",
            )
            error.exit_code = getattr(told, "exit_code", error.exit_code)
            raise error from None
