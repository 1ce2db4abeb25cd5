"""Calls commands one after the other, each in a fork of this process, which has imported what they need.

Standard input is a JSON list of calls, `{"words": [...], "env": {...}}`; standard output a list of what became of
them, `{"code": 2, "out": "...", "err": "..."}`.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import boto3  # noqa: F401 - what most commands import
import pydantic_settings  # noqa: F401
import rich.console  # noqa: F401

import tasks
from orchard.commands.program import OrchardProgram


def call(words: list[str], env: dict[str, str]) -> dict[str, Any]:
    """Call a command as `./inv` does."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        sys.stdout.flush()
        if (child := os.fork()) == 0:
            _become(words, env, out.fileno(), err.fileno())
        _, status = os.waitpid(child, 0)
        texts = {}
        for name, file in (("out", out), ("err", err)):
            file.seek(0)
            texts[name] = file.read()
        return {"code": os.waitstatus_to_exitcode(status)} | texts


def _become(words: list[str], env: dict[str, str], out: int, err: int) -> None:
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out, 1)
        os.dup2(err, 2)
        sys.stdin = os.fdopen(0)
        os.environ.update(env)
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
    print(json.dumps([call(given["words"], given.get("env", {})) for given in json.load(sys.stdin)]))
