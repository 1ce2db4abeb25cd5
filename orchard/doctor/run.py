"""Runs the checks, all at a time; one that fails or is denied says so and keeps no other from its work."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from orchard.base.errors import OrchardError
from orchard.base.language import marked
from orchard.doctor import account, cluster, machine, permissions, subnet
from orchard.doctor.finding import Finding, Setup

Check = Callable[[Setup], Finding]
THREADS = 12


def checks(setup: Setup) -> tuple[dict[str, Check], dict[str, Check]]:
    """Choose the checks that make sense, by what each one checks: of this machine and the settings, of the account."""
    settings = setup.settings
    local: dict[str, Check] = {
        "Python": machine.python,
        "Java": machine.java_runtime,
        **({"Spark": machine.job_packages} if setup.target is None or setup.target.packages else {}),
        "Terraform": machine.terraform_binary,
        marked("AWS provider"): machine.aws_provider,
        **({marked("tunnel tools"): machine.access_tools} if settings.notebook == "jupyterhub" else {}),
        marked("disk"): machine.disk,
        marked("photographs"): machine.photographs,
        marked("weights"): machine.weights,
        marked("EMR release"): cluster.release,
        marked("local AWS"): machine.local_aws,
    }
    if setup.target is None:
        return local, {}
    spot = settings.task_spot_count or settings.managed_scaling_max
    remote: dict[str, Check] = {
        marked("credentials"): account.credentials,
        marked("clock"): account.clock,
        **({marked("permissions"): permissions.permissions} if setup.target.charges else {}),
        marked("region"): account.region,
        marked("network"): account.default_vpc,
        marked("instance type"): cluster.offered,
        marked("subnet"): subnet.subnet,
        "quota": cluster.on_demand_quota,
        **({marked("Spot quota"): cluster.spot_quota} if spot else {}),
        marked("service roles"): account.service_linked_roles,
        marked("public access"): account.public_access,
        marked("canary"): cluster.canary_came_back,
        marked("clusters"): account.clusters,
        marked("leftovers"): account.leftovers,
    }
    return local, remote


def examine(setup: Setup) -> Iterator[tuple[str, Finding]]:
    """Run all checks and give what each one checks and its finding, in order, as soon as those before it are done."""
    local, remote = checks(setup)
    outcome = partial(_outcome, setup)
    with ThreadPoolExecutor(THREADS) as pool:
        credentials = pool.submit(outcome, remote.pop("credentials")) if remote else None
        yield from zip(local, pool.map(outcome, local.values()), strict=True)
        if credentials is None:
            return
        yield "credentials", credentials.result()
        if credentials.result().state in ("fail", "unknown"):  # every other call would fail for the same reason
            yield from ((what, Finding("unknown", "needs the credentials")) for what in remote)
        else:
            yield from zip(remote, pool.map(outcome, remote.values()), strict=True)


def _outcome(setup: Setup, check: Check) -> Finding:
    try:
        return check(setup)
    except OrchardError as error:
        return Finding("unknown", error.cause, error.remedy)
    except Exception as error:  # a check must not end the others, whatever it met
        return Finding("unknown", f"the check itself failed: {type(error).__name__}: {error}")
