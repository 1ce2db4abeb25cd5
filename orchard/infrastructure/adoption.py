"""What is ours on AWS and in no state of Terraform's: found by what a plan would make, and taken in by import blocks.

Terraform writes its state down every 20 seconds. One that is killed leaves what it made since then in the account,
where the next apply would meet it (EntityAlreadyExists), or make another one that costs beside it; and a state that is
lost leaves all. Which resource is which is said by the plan itself, whatever the settings and the modules are.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from orchard.aws import bucket
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.console import say
from orchard.base.language import tr
from orchard.infrastructure.ours import finders, unread
from orchard.infrastructure.ours.place import Place
from orchard.infrastructure.terraform import Plan, Terraform

ROUNDS = 4  # what is in a group, a network or a cluster is found once that is known: three levels, and one to be sure


class Found(NamedTuple):
    """Something that a plan would make and that is there.

    Attributes:
        address: of the resource, such as `module.iam.aws_iam_role.node`.
        id: as Terraform imports it.
    """

    address: str
    id: str


def into(root: Terraform, variables: Mapping[str, Any], target: Target, settings: Settings) -> Callable[[Plan], Plan]:
    """Return what makes of a root's plan the one of `plan`."""
    return lambda saved: plan(root, variables, saved, target, settings)


def plan(root: Terraform, variables: Mapping[str, Any], saved: Plan, target: Target, settings: Settings) -> Plan:
    """Plan again with what is ours and not in the state, until nothing more of it is found.

    Args:
        root: the root.
        variables: of the root.
        saved: its plan as the state has it.
        target: where to look.
        settings: project, region and bucket, whose tag and names it must have.

    Returns:
        the plan that takes all of it in; the first one where there is nothing of the kind.

    Raises:
        AwsError: AWS refuses to tell.
        OrchardError: Terraform's refusal.
    """
    known: dict[str, str] = {}
    if not saved.counts["add"] or not _worth_while(root, settings, Place(target, settings.project)):
        return saved
    for _ in range(ROUNDS):
        if not saved.counts["add"]:  # nothing that could be there already
            break
        more = {found.address: found.id for found in find(root.show_json(saved), target, settings.project)}
        if not more:
            break
        known |= more
        saved = root.plan(variables, imports=known)
    if any(f".{unread.KIND}." in address for address in known):
        for address, lacking in unread.of_clusters(root.show_json(saved), target).items():
            root.take_in(address, known[address], lacking)
            saved = root.plan(variables, imports={other: known[other] for other in known if other != address})
    if known:
        say(f"{root.root}: {len(known)} that Terraform's state does not know are there, and ours: {_named(known)}.")
        say(
            "They are taken into the state here. Where another machine keeps a state that knows them, keep it in one "
            "place for both: state_bucket."
        )
    return saved


def find(planned: Mapping[str, Any], target: Target, project: str) -> Iterator[Found]:
    """Find what a plan would make and is there with our tag or name.

    Args:
        planned: a plan in Terraform's JSON format.
        target: where to look.
        project: whose.

    Raises:
        AwsError: AWS refuses to tell.
    """
    place = Place(target, project)
    for entry in planned.get("resource_changes", []):
        look = finders.FINDERS.get(entry["type"])
        if look and entry["mode"] == "managed" and entry["change"]["actions"] == ["create"]:
            # What is known only once something else is made is not in it.
            values = entry["change"]["after"] or {}
            if resource_id := look(place, values):
                yield Found(entry["address"], resource_id)


def _worth_while(root: Terraform, settings: Settings, place: Place) -> bool:
    """Whether anything is there: to read a plan takes Terraform seconds, which a first `up` need not wait."""
    if root.root == "cluster":
        return finders.any_of_cluster(place, f"{place.project}-{root.workspace}")
    return finders.any_of_foundation(place, bucket.name(settings, place.target))


def _named(known: Mapping[str, str]) -> str:
    """Name them by their ids, but for rules of security groups, which are counted."""
    rules = sum(resource_id.startswith("sgr-") for resource_id in known.values())
    named = sorted(resource_id for resource_id in known.values() if not resource_id.startswith("sgr-"))
    return ", ".join([*named, *([tr(f"{rules} rules of security groups")] if rules else [])])
