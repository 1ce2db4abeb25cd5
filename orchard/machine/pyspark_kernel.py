"""The PySpark kernel of EMR's notebooks on this machine: sparkmagic, which works through Livy.

All its files are in a folder of Orchard's own: neither ~/.jupyter nor ~/.sparkmagic is read or written.
"""

import json
import sys
from pathlib import Path

SESSION_START = 300  # seconds that a session may take to start: a cluster's YARN may have to make room


def prepare(livy: str, folder: Path, *, login: tuple[str, str] | None = None) -> dict[str, str]:
    """Write the PySpark kernel and its configuration.

    Args:
        livy: URL of the Livy that the kernel's sessions run on.
        folder: where to.
        login: user name and password for Livy; None where it asks for none.

    Returns:
        variables that a Jupyter program needs to find them.
    """
    kernel = folder / "data" / "kernels" / "pysparkkernel"  # as EMR names it
    kernel.mkdir(parents=True, exist_ok=True)
    spec = {
        "argv": [sys.executable, "-m", "sparkmagic.kernels.pysparkkernel.pysparkkernel", "-f", "{connection_file}"],
        "display_name": "PySpark",
        "language": "python",
        "env": {"SPARKMAGIC_CONF_DIR": str(folder / "sparkmagic")},
    }
    (kernel / "kernel.json").write_text(json.dumps(spec, indent=2))
    user, password = login or ("", "")
    settings = {
        "kernel_python_credentials": {
            "username": user,
            "password": password,
            "url": livy,
            "auth": "Basic_Access" if login else "None",
        },
        "livy_session_startup_timeout_seconds": SESSION_START,
    }
    configuration = folder / "sparkmagic" / "config.json"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.touch(mode=0o600)
    configuration.chmod(0o600)  # it may hold a password
    configuration.write_text(json.dumps(settings, indent=2))
    variables = {"JUPYTER_DATA_DIR": "data", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime"}
    return {variable: str(folder / name) for variable, name in variables.items()} | {
        "IPYTHONDIR": str(folder / "ipython")
    }
