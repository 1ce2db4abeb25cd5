"""Stands in for `ssh -L` and `aws ssm start-session`: listens where they would, and forwards nothing.

STAND_IN in the environment says how it fails: `denied` or `silent`.
"""

import json
import os
import subprocess
import sys
import time

SERVER = "import http.server as s; s.HTTPServer(('127.0.0.1', {}), s.BaseHTTPRequestHandler).serve_forever()"

mode, words = os.environ.get("STAND_IN"), sys.argv[1:]
if mode == "denied":
    sys.exit("hadoop@ec2-35: Permission denied (publickey,gssapi-keyex,gssapi-with-mic).")
if mode == "silent":
    time.sleep(60)
if "-L" in words:
    port = words[words.index("-L") + 1].split(":")[1]
else:
    port = json.loads(words[words.index("--parameters") + 1])["localPortNumber"][0]
# A child does the work, as the plugin does the AWS CLI's.
subprocess.run([sys.executable, "-c", SERVER.format(port)], check=False)
