"""The emulator changes moto from the inside, so it accepts one version of it."""

from importlib.metadata import PackageNotFoundError, version

from orchard.emulator.outside import OrchardError

MOTO = "5.2.5"


def check() -> None:
    """Refuse to run on any moto but the one whose internals the repairs were written against.

    Raises:
        OrchardError: moto is missing, or is another version.
    """
    try:
        found = version("moto")
    except PackageNotFoundError:
        found = "none"
    if found != MOTO:
        raise OrchardError(
            f"the local AWS needs moto {MOTO}, and this environment has {found}",
            "remove .venv and call ./inv again: it installs the locked versions",
        )
