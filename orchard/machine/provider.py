"""Where Terraform gets the AWS provider: a mirror on this machine if there is one, the registry otherwise.

Terraform looks for mirrors in a handful of directories by itself ("implied local mirror directories" in its CLI
configuration reference), unless a CLI configuration file says otherwise. Orchard adds two things: a mirror named by
ORCHARD_PROVIDER_MIRROR, and mirrors that stand beside the usual places. A configuration that the user wrote is never
replaced; one that does not exist, although TF_CLI_CONFIG_FILE names it, does no harm.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from orchard.base.errors import UsageError

REGISTRY = "registry.terraform.io"
PROVIDER = Path(REGISTRY) / "hashicorp" / "aws"

# Whose subdirectories may be mirrors, beyond what Terraform searches itself.
PARENTS = (Path("/opt"), Path("/usr/local/share"), Path("/usr/share"))


def settings(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the variables that lead Terraform to the provider, to be added to its environment.

    Args:
        environment: what Terraform would be started with; HOME, TF_CLI_CONFIG_FILE and ORCHARD_PROVIDER_MIRROR count.
        folder: where a configuration of ours is written, and downloads are kept.

    Raises:
        UsageError: ORCHARD_PROVIDER_MIRROR names no mirror of the AWS provider.
    """
    mirror = find_mirror(environment)
    if mirror is None and written_configuration(environment):
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "terraform.tfrc"
    with NamedTemporaryFile("w", dir=folder, prefix=".", delete=False) as new:  # another Terraform may read the old one
        new.write(_configuration(mirror))
    Path(new.name).replace(file)
    if mirror:
        return {"TF_CLI_CONFIG_FILE": str(file)}
    cache = Path(environment.get("TF_PLUGIN_CACHE_DIR") or folder / "providers")
    cache.mkdir(parents=True, exist_ok=True)
    return {"TF_CLI_CONFIG_FILE": str(file), "TF_PLUGIN_CACHE_DIR": str(cache)}


def find_mirror(environment: Mapping[str, str]) -> Path | None:
    """Return the mirror that the user named, or one beside the usual places; None where there is none, or none counts.

    Raises:
        UsageError: ORCHARD_PROVIDER_MIRROR names no mirror of the AWS provider.
    """
    if named := environment.get("ORCHARD_PROVIDER_MIRROR"):
        mirror = Path(named).expanduser()
        if not (mirror / PROVIDER).is_dir():
            raise UsageError(
                f"ORCHARD_PROVIDER_MIRROR = {named} holds no {PROVIDER}",
                "fill it with `terraform providers mirror DIRECTORY`, or unset it to use the registry",
            )
        return mirror.resolve()
    if written_configuration(environment):
        return None
    providers = (path for parent in PARENTS for path in sorted(parent.glob(f"*/{PROVIDER}")))
    return next((path.parents[len(PROVIDER.parts) - 1] for path in providers), None)


def written_configuration(environment: Mapping[str, str]) -> bool:
    """Tell whether the user has a CLI configuration of their own."""
    named = environment.get("TF_CLI_CONFIG_FILE")
    home = Path(environment.get("HOME") or Path.home())
    return Path(named).is_file() if named else (home / ".terraformrc").is_file()


def _configuration(mirror: Path | None) -> str:
    if mirror is None:
        return "# No mirror was found: Terraform's own search order, then the registry.\n"
    ours = f"{REGISTRY}/hashicorp/aws"
    return (
        "provider_installation {\n"
        "  filesystem_mirror {\n"
        f"    path    = {json.dumps(str(mirror))}\n"
        f"    include = [{json.dumps(ours)}]\n"
        "  }\n"
        "  direct {\n"
        f"    exclude = [{json.dumps(ours)}]\n"
        "  }\n"
        "}\n"
    )


def cache_folder() -> Path:
    """Return the user's cache directory for what every checkout can share (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "orchard" / "terraform"


def offline() -> dict[str, str]:
    """Return an environment for Terraform that holds no credentials and leads to the provider."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "TF_CLI_ARGS", "TF_VAR_", "TF_WORKSPACE"))}
    kept |= {"CHECKPOINT_DISABLE": "1", "AWS_EC2_METADATA_DISABLED": "true"}
    return kept | settings(kept, cache_folder())
