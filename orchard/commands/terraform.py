"""Terraform's own verbs, for either root: what `up` and `down` do, step by step."""

import json
from contextlib import nullcontext
from typing import Any

from invoke import Context, Exit

from orchard.base.console import ask, say
from orchard.base.errors import UsageError
from orchard.commands.task import command

ROOT_HELP = {
    "root": "foundation (bucket, network, roles, Studio) or cluster",
    "target": "local or aws",
    "workspace": "of the cluster root: which of several clusters",
}


def _open(root: str, target: str | None, workspace: str) -> tuple[Any, Any, Any]:
    from orchard.aws.target import connect
    from orchard.base import config
    from orchard.infrastructure import roots

    _root(root)
    roots.check_name(workspace)
    settings = config.load(target=target)
    aws = connect(settings)
    assert aws is not None  # noqa: S101 - started when it was not there
    terraform = roots.open_root(
        _root(root), settings, aws, workspace=workspace, report=lambda event: say(event.message)
    )
    return terraform, settings, aws


def _root(name: str) -> Any:
    if name not in ("foundation", "cluster"):
        raise UsageError(f"there is no root called {name!r}", "give --root foundation, or --root cluster")
    return name


def _variables(root: str, settings: Any, aws: Any) -> dict[str, Any]:
    from orchard.infrastructure import roots

    return roots.variables(_root(root), settings, aws)


@command(help=ROOT_HELP | {"migrate": "take the state along after a change of state_bucket"})
def init(
    _: Context, root: str = "foundation", target: str | None = None, workspace: str = "default", migrate: bool = False
) -> None:
    """Fetch the provider and find the state."""
    terraform, _settings, _place = _open(root, target, workspace)
    terraform.init(migrate=migrate, again=True)
    say(f"The {root} is initialised; its state is in {terraform.state_dir}.")


@command(help={"root": ROOT_HELP["root"]})
def validate(_: Context, root: str = "foundation") -> None:
    """Check the configuration, without state, credentials or network."""
    from orchard.base.places import STATE
    from orchard.infrastructure.terraform import Terraform
    from orchard.machine import provider

    checked = Terraform(_root(root), STATE / "validate", provider.offline())
    checked.init(backend=False)
    checked.validate()
    say(f"The {root} is valid.")


@command(help=ROOT_HELP | {"destroy": "plan to remove everything", "quiet": "do not print the plan"})
def plan(
    _: Context,
    root: str = "foundation",
    target: str | None = None,
    workspace: str = "default",
    destroy: bool = False,
    quiet: bool = False,
) -> None:
    """Show what an apply would do, and save it. Exits 0: nothing, 1: error, 2: changes, as Terraform does."""
    terraform, settings, aws = _open(root, target, workspace)
    terraform.init()
    saved = terraform.plan(_variables(root, settings, aws), destroy=destroy)
    if not quiet:
        print(terraform.show(saved))
    say(f"The plan is saved: ./inv tf.apply --root {root} does exactly this." if saved.changed else "No changes.")
    if saved.changed:
        raise Exit(code=2)


@command(help=ROOT_HELP)
def apply(_: Context, root: str = "foundation", target: str | None = None, workspace: str = "default") -> None:
    """Do what the last plan says, and nothing else."""
    from orchard.aws.bucket import Bucket
    from orchard.cluster import life_guard
    from orchard.cluster.site import Site
    from orchard.infrastructure import account, bootstrap, roots
    from orchard.infrastructure.terraform import Plan

    terraform, settings, aws = _open(root, target, workspace)
    file = terraform.plan_file
    if not file.exists():
        raise UsageError(f"there is no plan of the {root} to apply", f"make one: ./inv tf.plan --root {root}")
    if root == "cluster":
        # Nodes install what they need from there.
        bootstrap.upload(Bucket(aws, roots.foundation_output(settings, aws)["bucket"]))
    account.prepare(_root(root), settings, aws)
    terraform.init()
    with life_guard.over(Site(settings, aws, workspace)) if root == "cluster" else nullcontext():
        terraform.apply(Plan(file, True, {}, []))
    file.unlink()
    say(f"The {root} is applied.")


@command(help=ROOT_HELP | {"yes": "do not ask"})
def destroy(
    _: Context, root: str = "cluster", target: str | None = None, workspace: str = "default", yes: bool = False
) -> None:
    """Remove everything in the root's state."""
    from orchard.infrastructure import interfaces

    terraform, settings, aws = _open(root, target, workspace)
    terraform.init()
    saved = terraform.plan(_variables(root, settings, aws), destroy=True)
    if not saved.changed:
        say(f"The {root} is not there: nothing to remove.")
        return
    if not yes and ask(f"Remove {saved.counts['remove']} resources of the {root}? Type its name: ") != root:
        raise UsageError("nothing was removed", f"type {root}, or call again with --yes")
    if root == "foundation":
        interfaces.refuse_workspaces(aws, terraform.outputs().get("foundation", {}))
    terraform.apply(saved)
    say(f"The {root} is removed.")


@command(help=ROOT_HELP | {"name": "one output only"})
def output(
    _: Context, root: str = "foundation", target: str | None = None, workspace: str = "default", name: str = ""
) -> None:
    """Print the outputs as JSON."""
    terraform, _settings, _place = _open(root, target, workspace)
    terraform.init()
    outputs = terraform.outputs()
    if name and name not in outputs:
        raise UsageError(f"the {root} has no output {name!r}", f"it has: {', '.join(outputs) or 'none yet'}")
    print(json.dumps(outputs[name] if name else outputs, indent=2))


@command(help=ROOT_HELP | {"lock-id": "the id in the error message"})
def unlock(
    _: Context, lock_id: str, root: str = "foundation", target: str | None = None, workspace: str = "default"
) -> None:
    """Remove a lock on a shared state whose holder has crashed."""
    terraform, _settings, _place = _open(root, target, workspace)
    terraform.init()
    terraform.unlock(lock_id)
    say(f"The state of the {root} is unlocked.")
