"""JupyterLab as ./inv notebooks --local starts it."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from orchard.base.places import ROOT
from orchard.machine import pyspark_kernel


def test_the_lab_has_both_kernels_and_a_token(tmp_path):
    words = "import sys; from pathlib import Path; from orchard.notebooks import jupyter; "
    words += "sys.exit(jupyter.lab(Path(sys.argv[1]), 'http://127.0.0.1:1/livy', browser=False))"
    env = os.environ | {"ORCHARD_HOME": str(tmp_path), "HOME": str(tmp_path / "user"), "PYTHONPATH": str(ROOT)}
    (tmp_path / "books").mkdir()
    line = [sys.executable, "-c", words, str(tmp_path / "books")]
    with subprocess.Popen(line, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            address = next(
                found for row in process.stderr or () if (found := re.search(r"(http://127\S+)/lab\?token=(\w+)", row))
            )
            specs = f"{address[1]}/api/kernelspecs"
            client = requests.Session()  # the address is printed a moment before somebody listens there
            client.mount("http://", HTTPAdapter(max_retries=Retry(connect=10, backoff_factor=0.2)))
            assert client.get(specs, timeout=60).status_code == 403, "only with the token"
            known = client.get(specs, params={"token": address[2]}, timeout=60).json()["kernelspecs"]
            assert {"python3", "pysparkkernel"} <= set(known)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
    left = {path.name for path in (tmp_path / "user").glob("**/*")} if (tmp_path / "user").exists() else set()
    assert not {name for name in left if "jupyter" in name or "sparkmagic" in name}


def test_the_kernel_talks_to_the_livy_that_is_named(tmp_path: Path):
    told = pyspark_kernel.prepare("http://127.0.0.1:8998", tmp_path, login=("user", "password"))
    kernel = json.loads((tmp_path / "data" / "kernels" / "pysparkkernel" / "kernel.json").read_text())
    place = Path(kernel["env"]["SPARKMAGIC_CONF_DIR"])
    assert place.is_relative_to(tmp_path)
    settings = place / "config.json"
    known = json.loads(settings.read_text())["kernel_python_credentials"]
    assert known == {
        "url": "http://127.0.0.1:8998",
        "auth": "Basic_Access",
        "username": "user",
        "password": "password",
    }
    assert settings.stat().st_mode & 0o077 == 0
    pyspark_kernel.prepare("http://127.0.0.1:8998", tmp_path)
    assert json.loads(settings.read_text())["kernel_python_credentials"]["auth"] == "None"
    assert all(str(tmp_path) in value for name, value in told.items() if name.startswith("JUPYTER_"))
