"""A Terraform at work: heard line by line, and ended in order whatever becomes of its command."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path


def run(
    line: list[str],
    directory: Path,
    environment: Mapping[str, str],
    *,
    hear: Callable[[str], None],
    stopping: Callable[[], None],
    noted: Callable[[int], AbstractContextManager[None]],
) -> int:
    """Run a command line to its end and return its exit code.

    Args:
        line: of Terraform.
        directory: of the root.
        environment: the whole of it.
        hear: takes each line that Terraform prints.
        stopping: is called when Terraform was told to stop.
        noted: what holds while the process of that number lives.

    Raises:
        KeyboardInterrupt: the first one, or SIGTERM or SIGHUP; Terraform has ended in order.
        OSError: nobody reads what `hear` prints any more (a closed terminal, `| head`). Terraform, which would die of
            it with what it has made since it last wrote the state in none, has ended first.
    """
    # A session of its own: one Ctrl-C must reach Terraform once, for at the second it drops what it is doing.
    process = subprocess.Popen(
        line,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        umask=0o077,  # states and plans may tell more than others should know
    )
    interrupted: KeyboardInterrupt | None = None
    unheard: OSError | None = None

    def tell(somebody: Callable[[], None]) -> None:
        nonlocal unheard
        try:
            somebody()
        except OSError as error:
            unheard = unheard or error

    with noted(process.pid):
        while True:
            try:
                for text in process.stdout or ():
                    tell(partial(hear, text))
                process.wait()
                break
            except KeyboardInterrupt as told:
                if interrupted is None or type(told) is KeyboardInterrupt:  # another signal is no hurry
                    os.kill(process.pid, signal.SIGINT)
                    tell(stopping)
                interrupted = interrupted or told
    if interrupted is not None:
        raise interrupted
    if unheard is not None:
        raise unheard
    return process.returncode
