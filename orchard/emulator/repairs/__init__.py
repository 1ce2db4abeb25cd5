"""Repairs of moto services other than EMR and S3's bodies, each with what it does wrong and what AWS does."""

from orchard.emulator.clock import Clock


def install(clock: Clock) -> None:
    """Put all repairs in place; call before the first request."""
    from orchard.emulator.repairs import (
        bucket_policies,
        budgets,
        dependencies,
        emr_serverless,
        refusals,
        scheduler,
        security_groups,
        sessions,
        tag_index,
    )

    repairs = bucket_policies, budgets, dependencies, emr_serverless, refusals, scheduler, security_groups, sessions
    for module in repairs:
        module.install()
    tag_index.install(clock)
