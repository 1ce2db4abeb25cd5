"""Repairs of moto services other than EMR and S3's bodies, each with what it does wrong and what AWS does."""


def install() -> None:
    """Put all repairs in place; call before the first request."""
    from orchard.emulator.repairs import (
        bucket_policies,
        budgets,
        emr_serverless,
        refusals,
        scheduler,
        security_groups,
        sessions,
        ssm,
    )

    for module in (bucket_policies, budgets, emr_serverless, refusals, scheduler, security_groups, sessions, ssm):
        module.install()
