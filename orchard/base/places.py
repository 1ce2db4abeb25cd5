"""Where things lie on this machine: the checkout, the file of the settings, Orchard's own affairs, the user's data."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "orchard.toml"

# What Orchard makes is ignored by Git, all of it. ORCHARD_HOME moves it elsewhere, so that one checkout can be used
# twice at a time (tests do).
HOME = Path(os.environ.get("ORCHARD_HOME") or ROOT).resolve()
STATE = HOME / ".orchard"
DATA = HOME / "data"
RESULTS = DATA / "emr_output"
