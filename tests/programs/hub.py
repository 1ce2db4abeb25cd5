"""Stands in for the JupyterHub in a node's container: its sign-in, and a user's server that starts or does not.

    hub.py PORT CONFIGURATION PASSWORDS

As on EMR with notebooks in S3, the server starts only if the hub's configuration gives it all of NEEDED.
"""

import http.server
import json
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from traitlets import Dict
from traitlets.config import Configurable
from traitlets.config.loader import PyFileConfigLoader

NEEDED = {
    "S3_ENDPOINT_URL": "s3.eu-west-3.amazonaws.com",
    "AWS_REGION": "eu-west-3",
    "AWS_DEFAULT_REGION": "eu-west-3",
}
port, configuration, passwords = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])


class Spawner(Configurable):
    environment = Dict().tag(config=True)


environment = Spawner(config=PyFileConfigLoader(configuration, path="").load_config()).environment
started = False


class Hub(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global started
        path = urlsplit(self.path).path
        if path == "/hub/login":
            self.answer(200, "a form")
        elif path == "/hub/spawn" and "session=jovyan" in self.headers.get("Cookie", ""):
            started = NEEDED.items() <= environment.items()
            self.answer(200, "the server is being started")
        elif path == "/user/jovyan/api" and started:
            self.answer(200, json.dumps({"version": "2.0"}))
        else:
            self.answer(503, "your server is not running")

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if f"{form['username'][0]}:{form['password'][0]}\n" != passwords.read_text():
            self.answer(403, "wrong password")
        else:
            self.answer(302, "", Location="/hub/spawn", **{"Set-Cookie": "session=jovyan; Path=/"})

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


http.server.HTTPServer(("127.0.0.1", port), Hub).serve_forever()
