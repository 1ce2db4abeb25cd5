#!/usr/bin/env bash
# Runs on every node while it starts: an isolated Python 3.11 with the packages of the jobs.
#
#   bootstrap.sh REQUIREMENTS_URI SHA256 [PYTHON_HOME]
#
# EMR kills a node whose bootstrap fails, so whatever can be wrong is found here and said in one line; EMR keeps the
# line in logs/<cluster>/node/<instance>/bootstrap-actions/.
set -euo pipefail

fail() {
    printf 'bootstrap: %s\n' "$1" >&2
    exit 1
}

[ $# -ge 2 ] || fail "usage: bootstrap.sh REQUIREMENTS_URI SHA256 [PYTHON_HOME]"
uri=$1 expected=$2 home=${3:-/opt/orchard/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# EMR runs bootstrap actions as `hadoop`, who may become root; a container may be root already.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Amazon Linux 2023 has Python 3.9 as its own; EMR 7 adds 3.11, without a promise that it stays.
if ! python3.11 -c 'import ensurepip, venv' 2>/dev/null; then
    as_root dnf install --assumeyes --quiet python3.11 python3.11-pip || fail "Python 3.11 could not be installed"
fi

aws s3 cp --only-show-errors "$uri" "$work/all.lock" || fail "$uri could not be read"
found=$(sha256sum "$work/all.lock" | cut -d ' ' -f 1)
[ "$found" = "$expected" ] || fail "$uri is not the file that was reviewed: its sha256 is $found, not $expected"

# Spark is the cluster's own, built by AWS for its Hadoop and S3; PyPI's beside it would be a second, different one.
# An entry of the lock is a line that begins with a name, and the indented lines after it.
awk '/^[^ #]/ { keep = ($0 !~ /^(pyspark|py4j)[=@ ]/) } keep' "$work/all.lock" >"$work/requirements.lock"

as_root mkdir -p "$home"
as_root chown "$(id -un)" "$home"
python3.11 -m venv --clear "$home"
# --no-deps: the lock is complete, and what it does not name must not come in.
"$home/bin/python3.11" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    --requirement "$work/requirements.lock" || fail "the packages of $uri could not be installed"

# A package that installs and does not import would show in the first task, half an hour later.
"$home/bin/python3.11" - "$work/requirements.lock" <<'PYTHON' || fail "a package of $uri cannot be imported"
import importlib
import os
import re
import sys
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", open(sys.argv[1]).read(), re.M))
same = lambda name: re.sub(r"[-_.]+", "-", name).lower()  # noqa: E731
modules = {}
for module, owners in packages_distributions().items():
    for owner in owners:
        modules.setdefault(same(owner), []).append(module)

imported = 0
for name, version in locked.items():
    try:
        installed = distribution(name).version
    except PackageNotFoundError:
        continue  # its marker says that it is not for this platform
    if installed != version:
        sys.exit(f"bootstrap: {name} is {installed}, not {version}")
    for module in modules.get(same(name), []):
        if module.isidentifier() and not module.startswith("_"):
            importlib.import_module(module)
    imported += 1
print(f"bootstrap: {imported} packages of {len(locked)} in the lock import in {sys.prefix}")
PYTHON

# `./inv connect` comes in by Session Manager's agent, which no page promises on EMR's image. All else works without it,
# so nothing here stops a node: not even a package server that does not answer.
serve_sessions() {
    as_root timeout 60 systemctl enable --now amazon-ssm-agent
}
if ! serve_sessions 2>/dev/null; then
    as_root timeout 300 dnf install --assumeyes --quiet amazon-ssm-agent && serve_sessions ||
        echo "bootstrap: no Session Manager's agent here, so ./inv connect needs access = \"ssh\""
fi
