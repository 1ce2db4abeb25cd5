"""The local AWS as a program: `python -m orchard.emulator.server --home DIR --instance ID [--port N]`.

It listens on the loopback interface only, writes `DIR/record.json` once it answers, and runs until SIGTERM or SIGINT,
which also end the steps that it runs.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from orchard.emulator import pin, record
from orchard.emulator.clock import Clock
from orchard.emulator.options import Delays, Options
from orchard.emulator.outside import OrchardError
from orchard.emulator.steps.quick_java import Training

log = logging.getLogger(__name__)


class Server:
    """An emulator in this process. One at a time: moto's tables are global."""

    def __init__(self, options: Options) -> None:
        pin.check()
        self.options = options
        options.home.mkdir(parents=True, exist_ok=True)
        options.home.chmod(0o700)
        # The AWS managed policies (AmazonEMRServicePolicy_v2 and so on) exist in every account, in moto on demand.
        os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        # Nothing starts from an image of the user's choice; moto makes 1,290 at the first request to EC2.
        os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
        os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"  # moto would let any web page read any answer
        _share_service_models()
        self._http = self._install()
        self._thread = threading.Thread(target=self._http.run, name="http", daemon=True)

    def _install(self) -> Any:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        from orchard.emulator import emr, repairs, s3, wsgi
        from orchard.emulator.control import Control
        from orchard.emulator.emr.backend import EmrBackend
        from orchard.emulator.livy import rest
        from orchard.emulator.permissions import acting
        from orchard.emulator.permissions.enforcement import Enforcement
        from orchard.emulator.permissions.ledger import Ledger
        from orchard.emulator.repairs.scheduler import Firing
        from orchard.emulator.s3.access_logs import AccessLogs
        from orchard.emulator.signatures.gate import Gate

        s3.install(self.options.objects)
        repairs.install(self.options.clock)
        emr.install(self.options)
        self._firing = Firing(self.options.clock)
        livy = rest.application(EmrBackend.livy)
        acting.install(Ledger(self.options.home))
        aws = AccessLogs(Enforcement(DomainDispatcherApplication(create_backend_app)), self.options.clock)
        application = Control(Gate(aws, self.options.credentials), livy, self.options)
        try:
            server = wsgi.serve(application, record.HOST, self.options.port)
        except OSError as error:
            raise OrchardError(
                f"port {self.options.port} is taken by another program",
                "choose another port, or let the system choose one by not naming any",
            ) from error
        self.options.port = int(server.effective_port)
        return server

    @property
    def endpoint(self) -> str:
        """The URL that stands for every AWS endpoint."""
        return f"http://{record.HOST}:{self.options.port}"

    def start(self) -> None:
        """Begin to answer, in the background."""
        self._thread.start()
        self._firing.start()

    def stop(self) -> None:
        """End the steps, then cease to answer."""
        from orchard.emulator import emr

        self._firing.stop()
        emr.shut_down()
        self._http.close()
        self._http.task_dispatcher.shutdown()


def _share_service_models() -> None:
    """Let all of botocore's sessions read its files once: moto makes a session for each part of AWS that it plays."""
    from botocore import loaders

    if not hasattr(loaders.create_loader, "cache_info"):  # not yet, in this process
        loaders.create_loader = cache(loaders.create_loader)


def serve(options: Options, told: Callable[[str], None], *, with_terminal: bool = False) -> int:
    """Serve until told to stop; returns the exit code.

    Args:
        options: where its files are, who it is, how its time passes.
        told: called with the endpoint once it answers.
        with_terminal: end when the terminal closes.
    """
    os.umask(0o077)  # nobody else's business, what the emulator and its steps write
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns whenever a request waits a moment
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    if not with_terminal:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        server = Server(options)
    except OrchardError as error:
        print(f"error: {error.cause}\nremedy: {error.remedy}", file=sys.stderr)
        return error.exit_code
    server.start()
    options.credentials.write(options.home)
    left = record.write(options.home, options.instance, options.port)
    log.info("the local AWS %s answers on %s", options.instance, server.endpoint)
    told(server.endpoint)
    training = Training()
    while not stop.wait(5) and left.exists():  # without its record nobody would find it again
        training.begin()
    log.info("stopping")
    training.end()
    server.stop()
    left.unlink(missing_ok=True)
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says how an emulator listens and how its time passes."""
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose a free one")
    parser.add_argument("--speed", type=float, default=1.0, help="how many times as fast its time passes")
    parser.add_argument("--starting", type=float, default=Delays.starting, help="seconds in STARTING")
    parser.add_argument("--bootstrapping", type=float, default=Delays.bootstrapping, help="seconds in BOOTSTRAPPING")
    parser.add_argument("--terminating", type=float, default=Delays.terminating, help="seconds in TERMINATING")


def options(given: argparse.Namespace, home: Path, instance: str) -> Options:
    """Return the options of an emulator with these arguments, in that directory."""
    return Options(
        home=home.resolve(),
        instance=instance,
        port=given.port,
        clock=Clock(given.speed),
        delays=Delays(given.starting, given.bootstrapping, given.terminating),
    )


def main(argv: list[str] | None = None) -> int:
    """Serve in the background of a command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m orchard.emulator.server", description="The local AWS.")
    parser.add_argument("--home", type=Path, required=True, help="the directory of this emulator's files")
    parser.add_argument("--instance", required=True, help="an id for this life of the emulator")
    add_arguments(parser)
    given = parser.parse_args(argv)
    return serve(options(given, given.home, given.instance), lambda _: None)


if __name__ == "__main__":
    sys.exit(main())
