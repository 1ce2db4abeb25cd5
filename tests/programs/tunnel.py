"""Stands in for `ssh` and `aws ssm start-session`: listens where they would, forwards nothing, runs commands here.

STAND_IN in the environment says how it fails: `denied` or `silent`. STAND_IN_HOME is the home of the node's user.
"""

import json
import os
import subprocess
import sys
import time

SERVER = "import http.server as s; s.HTTPServer(('127.0.0.1', {}), s.BaseHTTPRequestHandler).serve_forever()"


def on_the_node(command: str) -> int:
    home = os.environ["STAND_IN_HOME"]
    line = ["sh", "-c", command.replace("sudo ", "").replace("/home/hadoop", home)]
    return subprocess.run(line, cwd=home, check=False).returncode


mode, words = os.environ.get("STAND_IN"), sys.argv[1:]
if mode == "denied":
    sys.exit("hadoop@ec2-35: Permission denied (publickey,gssapi-keyex,gssapi-with-mic).")
if mode == "silent":
    time.sleep(60)
parameters = json.loads(words[words.index("--parameters") + 1]) if "--parameters" in words else {}
if "command" in parameters:
    print("\nStarting session with SessionId: me-0abc", flush=True)
    on_the_node(parameters["command"][0])
    print("\n\nExiting session with sessionId: me-0abc.\n")
    sys.exit(0)  # the session was one, whatever became of the command (aws/session-manager-plugin, issue 59)
if "-L" not in words and not parameters:
    sys.exit(on_the_node(words[-1]))
port = words[words.index("-L") + 1].split(":")[1] if "-L" in words else parameters["localPortNumber"][0]
# A child does the work, as the plugin does the AWS CLI's.
subprocess.run([sys.executable, "-c", SERVER.format(port)], check=False)
