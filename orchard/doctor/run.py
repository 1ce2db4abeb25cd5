"""Runs the checks, all at a time; one that fails or is denied says so and keeps no other from its work."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from orchard.base.errors import OrchardError
from orchard.doctor import account, cluster, machine
from orchard.doctor.finding import Finding, Place

Check = tuple[str, Callable[[Place], Finding]]
THREADS = 12


def checks(place: Place) -> tuple[list[Check], list[Check]]:
    """Choose the checks that make sense in a place: of this machine and the settings, and of the account."""
    settings = place.settings
    here: list[Check] = [
        ("Python", machine.python),
        ("Java", machine.java_runtime),
        *([("Spark", machine.job_packages)] if place.target is None or place.target.packages else []),
        ("Terraform", machine.terraform_binary),
        ("AWS provider", machine.aws_provider),
        *([("tunnel tools", machine.access_tools)] if settings.notebook == "jupyterhub" else []),
        ("disk", machine.disk),
        ("photographs", machine.photographs),
        ("weights", machine.weights),
        ("EMR release", cluster.release),
        ("local AWS", machine.local_aws),
    ]
    if place.target is None:
        return here, []
    spot = settings.task_spot_count or settings.managed_scaling_max
    there: list[Check] = [
        ("credentials", account.credentials),
        ("clock", account.clock),
        ("region", account.region),
        ("network", account.default_vpc),
        ("instance type", cluster.offered),
        ("quota", cluster.on_demand_quota),
        *([("Spot quota", cluster.spot_quota)] if spot else []),
        ("service roles", account.service_linked_roles),
        ("public access", account.public_access),
        ("clusters", account.clusters),
        ("leftovers", account.leftovers),
    ]
    return here, there


def examine(place: Place) -> Iterator[Finding]:
    """Run all checks and give their findings in order, each as soon as those before it are done."""
    here, there = checks(place)
    with ThreadPoolExecutor(THREADS) as pool:
        started = [pool.submit(_safely, what, check, place) for what, check in here]
        first = pool.submit(_safely, there[0][0], there[0][1], place) if there else None
        yield from (done.result() for done in started)
        if first is None:
            return
        known = first.result()
        yield known
        if known.state in ("fail", "unknown"):  # every other call would fail for the same reason
            yield from (Finding(what, "unknown", "needs the credentials", "") for what, _ in there[1:])
            return
        yield from pool.map(lambda named: _safely(named[0], named[1], place), there[1:])


def _safely(what: str, check: Callable[[Place], Finding], place: Place) -> Finding:
    try:
        return check(place)
    except OrchardError as error:
        state = "fail" if what == "credentials" else "unknown"
        return Finding(what, state, error.cause, error.remedy)  # type: ignore[arg-type]
    except Exception as error:  # a check must not end the others, whatever it met
        return Finding(what, "unknown", f"the check itself failed: {type(error).__name__}: {error}", "")
