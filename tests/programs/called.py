"""Calls commands one after the other, each in a fork of this process, which has imported what they need.

Standard input is a JSON list of calls, `{"words": [...], "env": {...}, "toml": "..."}`, the last of them the text of an
orchard.toml; standard output a list of what became of them, `{"code": 2, "out": "...", "err": "..."}`.
"""

import functools
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import botocore.loaders
import botocore.session

import tasks
from orchard.base.config import Settings
from orchard.cluster import lifecycle  # noqa: F401 - with it, most of what commands import
from orchard.commands.program import OrchardProgram
from orchard.logs import explanation  # noqa: F401
from orchard.report import bring  # noqa: F401
from orchard.runs import pipeline  # noqa: F401

# Descriptions of services that forks need not read anew, each for itself.
botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)
for service in ("emr", "s3", "sts", "iam", "ec2", "scheduler", "ssm", "resourcegroupstaggingapi"):
    botocore.session.create_loader().load_service_model(service, "service-2")
botocore.session.get_session().get_component("endpoint_resolver")


def call(words: list[str], env: dict[str, str], toml: str | None) -> dict[str, Any]:
    """Call a command as `./inv` does."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        sys.stdout.flush()
        if (child := os.fork()) == 0:
            _become(words, env, toml, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        texts = {}
        for name, file in (("out", out), ("err", err)):
            file.seek(0)
            texts[name] = file.read()
        return {"code": os.waitstatus_to_exitcode(status)} | texts


def _become(words: list[str], env: dict[str, str], toml: str | None, out: int, err: int) -> None:
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdin = os.fdopen(0)
        os.environ.update(env)
        if toml is not None:
            file = Path(tempfile.mkdtemp()) / "orchard.toml"
            file.write_text(toml)
            Settings.model_config["toml_file"] = file
        OrchardProgram(namespace=tasks.namespace, name="Orchard", binary="inv").run(["inv", *words])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    print(json.dumps([call(given["words"], given.get("env", {}), given.get("toml")) for given in json.load(sys.stdin)]))
