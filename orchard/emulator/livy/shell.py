"""The program of a session's Spark driver: it executes statements, as the Python interpreter of Livy does.

Run by spark-submit, outside the package. Lines of JSON come in over a socket, {"execute": 0, "code": "..."} or
{"cancel": 0}, and each execution is answered by Livy's output: status `ok` with data by MIME type, or `error` with
ename, evalue and traceback. `%matplot`, `%json` and `%table` are Livy's own magics (Livy, repl/fake_shell.py).
"""

import ast
import base64
import contextlib
import io
import json
import os
import queue
import socket
import sys
import threading
import traceback
import types
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession


class StatementError(Exception):
    """A statement failed; carries the user's exception."""


class Shell:
    """The interpreter and the names in it."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        self._module = types.ModuleType("__main__")  # so that Spark pickles what is defined here by value
        sys.modules["__main__"] = self._module
        self.names = vars(self._module)
        self.names.update(spark=spark, sc=spark.sparkContext, sqlContext=spark)

    def execute(self, number: int, code: str) -> dict:
        """Execute a statement; Spark jobs that it starts can be cancelled by its number."""
        self._spark.sparkContext.setJobGroup(str(number), f"statement {number}")
        said = io.StringIO()
        data: dict = {}
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                for piece in pieces(code):
                    data = self._magic(piece) if piece.startswith("%") else self._python(piece)
        except StatementError as failure:
            return error(failure.__cause__ or failure)
        except SyntaxError as problem:
            return error(problem.with_traceback(None))
        text = (data.pop("text/plain", "") + said.getvalue()).rstrip()
        if text or not data:
            data["text/plain"] = text
        return {"status": "ok", "data": data}

    def _python(self, code: str) -> dict:
        body = ast.parse(code, "<stdin>").body
        try:
            for node in body[:-1]:
                exec(compile(ast.Module([node], []), "<stdin>", "exec"), self.names)  # noqa: S102 - its purpose
            for node in body[-1:]:  # `single` shows the value of an expression
                exec(compile(ast.Interactive([node]), "<stdin>", "single"), self.names)  # noqa: S102
        except BaseException as problem:  # a notebook must not end the session by sys.exit()
            raise StatementError from problem.with_traceback(_without_us(problem.__traceback__))
        return {}

    def _magic(self, line: str) -> dict:
        name, _, argument = line[1:].partition(" ")
        magics = {"matplot": self._matplot, "json": self._json, "table": self._table}
        try:
            if name not in magics:
                raise ValueError(f"unknown magic command '{name}'")
            return magics[name](self.names[argument.strip()])
        except Exception as problem:
            raise StatementError from problem

    def _matplot(self, pyplot: Any) -> dict:
        image = io.BytesIO()
        pyplot.gcf().savefig(image, format="png")
        return {"image/png": base64.b64encode(image.getvalue()).decode(), "text/plain": ""}

    def _json(self, value: object) -> dict:
        return {"application/json": value}

    def _table(self, value: object) -> dict:
        rows = [row.asDict() if hasattr(row, "asDict") else row for row in value]  # type: ignore[attr-defined]
        names = list(rows[0]) if rows else []
        types_of = {str: "STRING_TYPE", int: "INT_TYPE", float: "DOUBLE_TYPE", bool: "BOOLEAN_TYPE"}
        headers = [{"name": name, "type": types_of.get(type(rows[0][name]), "STRING_TYPE")} for name in names]
        table = {"headers": headers, "data": [[row[name] for name in names] for row in rows]}
        return {"application/vnd.livy.table.v1+json": table}


def pieces(code: str) -> list[str]:
    """Split a statement into Python and lines that begin with a magic; Python that parses is one piece.

    Raises:
        SyntaxError: neither.
    """
    try:
        ast.parse(code)
    except SyntaxError:
        lines = code.rstrip().split("\n")
        if not any(line.startswith("%") for line in lines):
            raise
    else:
        return [code]
    found: list[str] = [""]
    for line in lines:
        if line.startswith("%"):
            found += [line, ""]
        else:
            found[-1] += f"{line}\n"
    for piece in found:
        if not piece.startswith("%"):
            ast.parse(piece)
    return [piece for piece in found if piece.strip()]


def error(problem: BaseException) -> dict:
    """Describe an exception as Livy does."""
    told = traceback.format_exception(type(problem), problem, problem.__traceback__, chain=False)
    return {"status": "error", "ename": type(problem).__name__, "evalue": str(problem), "traceback": told}


def _without_us(trace: types.TracebackType | None) -> types.TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def main() -> None:
    """Start Spark, say so, and execute what comes until the other side closes."""
    from packages import Packages  # type: ignore[import-not-found]  # beside this file where it runs

    spark = SparkSession.builder.appName("livy-session").getOrCreate()
    Packages(spark.sparkContext, Path.cwd() / "packages")
    shell = Shell(spark)
    connection = socket.create_connection(("127.0.0.1", int(os.environ.pop("LIVY_PORT"))))
    stream = connection.makefile("rw", encoding="utf-8")
    todo: queue.Queue = queue.Queue()

    def answer(message: dict) -> None:
        stream.write(json.dumps(message, default=str) + "\n")
        stream.flush()

    def listen() -> None:
        for line in stream:
            message = json.loads(line)
            if "cancel" in message:
                spark.sparkContext.cancelJobGroup(str(message["cancel"]))
            else:
                todo.put(message)
        todo.put(None)

    answer({"secret": os.environ.pop("LIVY_SECRET"), "application": spark.sparkContext.applicationId})
    threading.Thread(target=listen, daemon=True).start()
    while (message := todo.get()) is not None:
        answer(shell.execute(message["execute"], message["code"]))
    spark.stop()


if __name__ == "__main__":
    main()
