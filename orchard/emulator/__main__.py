"""The emulator by itself, in the foreground: `python -m orchard.emulator serve`."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from orchard.emulator import exports, server
from orchard.emulator.outside import OrchardError, UsageError
from orchard.emulator.process import FOREIGN


def main(argv: list[str] | None = None) -> int:
    """Serve until Ctrl-C; returns the exit code."""
    given = _parser().parse_args(argv)
    try:
        home = _empty(given.home)
    except OrchardError as error:
        print(f"error: {error.cause}\nremedy: {error.remedy}", file=sys.stderr)
        return error.exit_code
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]

    def say(endpoint: str) -> None:
        print(*exports.lines(exports.variables(endpoint, home, given.region), before), sep="\n", flush=True)
        told = ("These lines point any AWS client of another shell here.", exports.NOTE, "Ctrl-C ends it.")
        print(*told, sep="\n", file=sys.stderr, flush=True)

    try:
        return server.serve(server.options(given, home, f"by-itself-{os.getpid()}"), say, with_terminal=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)  # what it tells of was in memory, and is gone


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m orchard.emulator", description="An AWS on this machine.")
    serve = parser.add_subparsers(required=True, metavar="serve").add_parser(
        "serve", help="serve in the foreground", description="Serve until Ctrl-C, and print what points clients here."
    )
    serve.add_argument("--home", type=Path, help="for its files, which go when it ends; a new or empty directory")
    serve.add_argument("--region", default="eu-west-3", help="that the printed lines name")
    server.add_arguments(serve)
    return parser


def _empty(home: Path | None) -> Path:
    if home is None:
        return Path(tempfile.mkdtemp(prefix="local-aws-")).resolve()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = next(home.iterdir(), None)
    except OSError as error:
        raise UsageError(f"{home} cannot be used: {error.strerror}", "name another directory by --home") from None
    if there:
        raise UsageError(f"{home} is not empty: it has {there.name}", "name a new directory by --home, or remove it")
    return home.resolve()


if __name__ == "__main__":
    sys.exit(main())
