"""What every task shares: errors as two lines and an exit code, and the console to print on."""

import functools
import inspect
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from invoke import Exit, task

from orchard.base.console import say
from orchard.base.errors import OrchardError


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


def _reporting(body: Callable) -> Callable:
    @functools.wraps(body)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return body(*args, **kwargs)
        except OrchardError as error:
            if logging.getLogger("invoke").isEnabledFor(logging.DEBUG):
                raise
            say(f"error: {error.cause}", f"remedy: {error.remedy}")
            raise Exit(code=error.exit_code) from None
        except BrokenPipeError:  # the reader of a pipe has seen enough (| head)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise Exit(code=141) from None
        except KeyboardInterrupt:
            say("interrupted")
            raise Exit(code=130) from None

    return run
