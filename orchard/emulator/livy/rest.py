"""Livy's REST API, one endpoint for each cluster: `/<cluster id>/sessions...`.

Answers are those of Livy 0.8 (server/interactive/InteractiveSessionServlet). Not here: batches, which are steps by
another name, and the upload of jars and files.
"""

from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from orchard.emulator.livy.server import Livy, NoLivyError
from orchard.emulator.livy.session import BadRequestError, Session

LOG_LINES = 10  # that a session's own view shows


class NotFoundError(Exception):
    """No such session or statement."""


def application(livy: Livy) -> Flask:
    """Make the WSGI application."""
    app = Flask(__name__)

    def session(cluster: str, number: int) -> Session:
        found = livy.sessions(cluster).get(number)
        if found is None:
            raise NotFoundError(f"Session '{number}' not found.")
        found.hear()
        return found

    @app.errorhandler(NotFoundError)
    @app.errorhandler(NoLivyError)
    def not_found(error: Exception) -> tuple[Response, int]:
        return jsonify(msg=str(error)), 404

    @app.errorhandler(BadRequestError)
    def bad(error: Exception) -> tuple[Response, int]:
        return jsonify(msg=str(error)), 400

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> tuple[Response, int]:
        return jsonify(msg=error.description), error.code or 500

    @app.get("/<cluster>/sessions")
    def list_sessions(cluster: str) -> Response:
        views = [_view(found) for found in livy.sessions(cluster).values()]
        return jsonify({"from": 0, "total": len(views), "sessions": views})

    @app.post("/<cluster>/sessions")
    def create(cluster: str) -> tuple[Response, int]:
        return jsonify(_view(livy.create(cluster, _body()))), 201

    @app.get("/<cluster>/sessions/<int:number>")
    def show(cluster: str, number: int) -> Response:
        return jsonify(_view(session(cluster, number)))

    @app.delete("/<cluster>/sessions/<int:number>")
    def delete(cluster: str, number: int) -> Response:
        session(cluster, number)
        livy.delete(cluster, number)
        return jsonify(msg="deleted")

    @app.get("/<cluster>/sessions/<int:number>/state")
    def state(cluster: str, number: int) -> Response:
        return jsonify(id=number, state=session(cluster, number).state)

    @app.get("/<cluster>/sessions/<int:number>/log")
    def log(cluster: str, number: int) -> Response:
        lines = session(cluster, number).log()
        first = request.args.get("from", default=max(0, len(lines) - 100), type=int)
        size = request.args.get("size", default=len(lines), type=int)
        return jsonify({"id": number, "from": first, "total": len(lines), "log": lines[first : first + size]})

    @app.get("/<cluster>/sessions/<int:number>/statements")
    def statements(cluster: str, number: int) -> Response:
        made = session(cluster, number).statements
        return jsonify(total_statements=len(made), statements=[statement.view() for statement in made])

    @app.post("/<cluster>/sessions/<int:number>/statements")
    def execute(cluster: str, number: int) -> tuple[Response, int]:
        return jsonify(session(cluster, number).execute(_body().get("code")).view()), 201

    @app.get("/<cluster>/sessions/<int:number>/statements/<int:n>")
    def statement(cluster: str, number: int, n: int) -> Response:
        made = session(cluster, number).statements
        if n >= len(made):
            raise NotFoundError("Statement not found")
        return jsonify(made[n].view())

    @app.post("/<cluster>/sessions/<int:number>/statements/<int:n>/cancel")
    def cancel(cluster: str, number: int, n: int) -> Response:
        found = session(cluster, number)
        if n >= len(found.statements):
            raise NotFoundError("Statement not found")
        found.cancel(found.statements[n])
        return jsonify(msg="canceled")

    return app


def _body() -> dict[str, Any]:
    given = request.get_json(silent=True)  # None unless it is declared as JSON
    if not isinstance(given, dict):
        raise BadRequestError("The body must be a JSON object, sent as application/json.")
    return given


def _view(session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "name": session.request.name,
        "appId": session.app_id,
        "owner": None,
        "proxyUser": session.request.proxy_user,
        "state": session.state,
        "kind": session.request.kind,
        "appInfo": {"driverLogUrl": None, "sparkUiUrl": None},
        "log": session.log()[-LOG_LINES:],
    }
