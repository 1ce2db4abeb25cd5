"""Checks of this machine: programs and their versions, the disk, photographs and weights."""

import os
import shutil
import sys
import urllib.request
from pathlib import Path

from orchard.base.errors import OrchardError, UsageError
from orchard.base.places import HOME
from orchard.doctor.finding import Finding, Setup, State
from orchard.emulator import process
from orchard.machine import java, packages, provider, terraform
from orchard.photographs import dataset, tree

DISK_LEAST, DISK_ENOUGH = 2, 10  # GiB: the full set's photographs and results are about 2
REGISTRY = f"https://{provider.REGISTRY}/.well-known/terraform.json"
WEIGHTS = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"  # spark/fruits/weights_source.py
PLUGIN = "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"


def python(_: Setup) -> Finding:
    """Check that the jobs run on the same Python here and on the cluster."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] == (3, 11):
        return Finding("ok", version)
    return Finding("fail", f"{version}, and the jobs need 3.11", "install 3.11, remove .venv, call ./inv again")


def java_runtime(_: Setup) -> Finding:
    """Check for a Java that Spark 3.5 runs on; installs none."""
    versions = {home: java.major_version(home) for home in java.candidates()}
    fitting = [str(home) for home, version in versions.items() if version == java.VERSION]
    if fitting:
        return Finding("ok", f"{java.VERSION} ({fitting[0]})")
    others = ", ".join(f"{version or 'broken'} ({home})" for home, version in versions.items())
    detail = f"{others}; Spark here needs {java.VERSION}" if others else f"none; Spark here needs {java.VERSION}"
    return Finding("warn", detail, "nothing: the first run gets it from PyPI")


def job_packages(_: Setup) -> Finding:
    """Check for what the local AWS's jobs run on; installs nothing."""
    if packages.SETS["jobs"].installed:
        return Finding("ok", "installed, with TensorFlow, as spark/requirements.lock has them")
    return Finding("ok", "not here yet; the first ./inv up installs it, with TensorFlow (1.5 GB)")


def terraform_binary(_: Setup) -> Finding:
    """Check for a Terraform that will do; installs none."""
    named = os.environ.get("ORCHARD_TERRAFORM")
    path = shutil.which(named or "terraform")
    version = terraform.version(Path(path)) if path else None
    if version and version >= terraform.NEEDED:
        return Finding("ok", f"{terraform.dotted(version)} ({path})")
    other = f"{terraform.dotted(version)} ({path})" if version else f"{named} does not start" if named else ""
    if named:
        remedy = "correct ORCHARD_TERRAFORM, or unset it to use the one on PATH or from PyPI"
        return Finding("fail", f"{other}; {terraform.dotted(terraform.NEEDED)} or later is needed", remedy)
    return Finding("ok", f"{other} on PATH; PyPI's is used" if other else "none on PATH; PyPI's is used")


def aws_provider(_: Setup) -> Finding:
    """Check where Terraform will get the AWS provider."""
    environment = dict(os.environ)
    try:
        mirror = provider.find_mirror(environment)
    except OrchardError as error:
        return Finding("fail", error.cause, error.remedy)
    if mirror:
        return Finding("ok", f"mirror {mirror}")
    if provider.written_configuration(environment):
        return Finding("ok", "as your own Terraform configuration says")
    cache = Path(environment.get("TF_PLUGIN_CACHE_DIR") or provider.cache_folder() / "providers")
    if (cache / provider.PROVIDER).is_dir():
        return Finding("ok", f"downloaded before ({cache})")
    try:
        with urllib.request.urlopen(REGISTRY, timeout=4):
            return Finding("ok", "Terraform's registry answers")
    except OSError as error:
        remedy = "check the network, or name a mirror on this machine by ORCHARD_PROVIDER_MIRROR"
        return Finding("fail", f"no mirror is here, and the registry does not answer ({error})", remedy)


def access_tools(setup: Setup) -> Finding:
    """Check for the programs that `connect` opens tunnels with; asked only where the cluster has JupyterHub."""
    needed = {"ssm": ("aws", "session-manager-plugin"), "ssh": ("ssh", "ssh-keygen")}[setup.settings.access]
    missing = [name for name in needed if not shutil.which(name)]
    if not missing:
        return Finding("ok", ", ".join(needed))
    names = ", ".join(missing) + (f" ({PLUGIN})" if "session-manager-plugin" in missing else "")
    remedy = f'install {names}, or set access = "ssh"' if setup.settings.access == "ssm" else f"install {names}"
    return Finding("warn", f"./inv connect needs {', '.join(missing)}", remedy)


def disk(_: Setup) -> Finding:
    """Check the free space where data and results go."""
    folder = next(path for path in (HOME, *HOME.parents) if path.is_dir())
    free = shutil.disk_usage(folder).free / (1 << 30)
    state: State = "ok" if free >= DISK_ENOUGH else "warn" if free >= DISK_LEAST else "fail"
    remedy = "make room, or point ORCHARD_HOME at a larger disk" if state != "ok" else ""
    return Finding(state, f"{free:.0f} GiB free in {folder}", remedy)


def photographs(setup: Setup) -> Finding:
    """Check that there is something to upload."""
    root = dataset.place_of(setup.settings)
    try:
        return Finding("ok", f"in {root}: {'; '.join(tree.scan(root).describe())}")
    except UsageError as error:
        if setup.settings.dataset or tree.has_photographs(root):
            return Finding("fail", error.cause, error.remedy)
    return Finding("warn", f"none in {root}", "name yours (upload-dataset --dataset DIR), or ./inv fetch-dataset")


def weights(setup: Setup) -> Finding:
    """Check for the weights file; looks into no file and fetches none."""
    named = setup.settings.weights
    if named:
        if Path(named).expanduser().is_file():
            return Finding("ok", named)
        return Finding("fail", f"there is no {named}", "correct ORCHARD_WEIGHTS, or unset it to fetch them")
    keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "orchard"
    files = [str(folder / WEIGHTS) for folder in (keras, cache) if (folder / WEIGHTS).is_file()]
    return Finding("ok", files[0] if files else "not here yet; the first run fetches them (9 MB)")


def local_aws(setup: Setup) -> Finding:
    """Tell whether the local AWS runs."""
    if running := process.find():
        return Finding("ok", f"running at {running.endpoint}")
    consequence = "" if setup.target else ", so there is no account to look into; ./inv up starts it"
    return Finding("ok", f"not running{consequence}")
