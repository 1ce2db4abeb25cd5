"""What every task shares: errors as two lines and an exit code, and the console to print on."""

import functools
import inspect
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from invoke import Exit, task

from orchard.base.console import say
from orchard.base.errors import OrchardError, ToldToEndError
from orchard.base.language import marked
from orchard.machine import packages
from orchard.transfer import disk


def command(*args: Any, **kwargs: Any) -> Callable:
    """Like invoke's `task`, but an OrchardError ends as cause, remedy and exit code instead of a traceback.

    `./inv --debug TASK` shows the traceback as well. Of `help`, only the entries for the body's parameters count, so
    that tasks can share one table.
    """
    if len(args) == 1 and callable(args[0]):
        return task(_reporting(args[0]), **kwargs)

    def decorate(body: Callable) -> Callable:
        own = {name.replace("_", "-") for name in inspect.signature(body).parameters}
        texts = {name: text for name, text in kwargs.get("help", {}).items() if name in own}
        return task(*args, **kwargs | {"help": texts})(_reporting(body))

    return decorate


def ended_by_its_reader() -> Exit:
    """Return how a command ends whose reader has seen enough (| head): quietly, with the exit code of SIGPIPE."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit(code=141)


def _end_in_order() -> None:
    """Let a closed terminal and an ordinary kill do what Ctrl-C does; a signal that is ignored (nohup) stays so."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _told)


def _told(number: int, _: Any) -> None:
    raise ToldToEndError(number)


def _reporting(body: Callable) -> Callable:
    @functools.wraps(body)
    def run(*args: Any, **kwargs: Any) -> Any:
        # Invoke turns it off. Packages come without bytecode: what no command kept would be compiled by each anew.
        sys.dont_write_bytecode = False
        _end_in_order()
        try:
            return body(*args, **kwargs)
        except OrchardError as error:
            if logging.getLogger("invoke").isEnabledFor(logging.DEBUG):
                raise
            with suppress(OSError):
                say(f"error: {error.cause}", f"remedy: {error.remedy}")
            raise Exit(code=error.exit_code) from None
        except BrokenPipeError:
            raise ended_by_its_reader() from None
        except OSError as error:
            if error.errno not in disk.UNWRITABLE:
                raise
            told = disk.explain(error, error.filename or marked("this machine"))
            with suppress(OSError):
                say(f"error: {told.cause}", f"remedy: {told.remedy}")
            raise Exit(code=1) from None
        except KeyboardInterrupt as told:
            with suppress(OSError):  # its terminal may be gone
                say("interrupted")
            raise Exit(code=getattr(told, "exit_code", 130)) from None
        except ModuleNotFoundError as error:  # Invoke's own program runs in whatever environment it lies in
            if packages.SETS["main"].installed:
                raise
            say(f"error: {sys.prefix} lacks what Orchard stands on: {error}", "remedy: ./inv installs it into .venv")
            raise Exit(code=1) from None

    return run
