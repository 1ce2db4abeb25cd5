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
        service_linked_roles,
        sessions,
        simulation,
        ssm,
        tag_index,
        trust_policies,
    )

    bucket_policies.install()
    budgets.install()
    dependencies.install()
    emr_serverless.install()
    refusals.install()
    scheduler.install()
    security_groups.install()
    service_linked_roles.install()
    sessions.install()
    simulation.install()
    ssm.install()
    tag_index.install(clock)
    trust_policies.install()
