"""The JSON schema of orchard.toml, made from the settings, for editors that know the directive `#:schema`.

Taplo, which most editors ask about TOML, knows draft 4 ("Developing Schemas"), and Tombi later ones; so only words are
used here that mean the same in all of them.
"""

import json
import re
from typing import Any

from orchard.base import config
from orchard.base.config import Settings
from orchard.base.places import FILE as SETTINGS
from orchard.base.places import ROOT

FILE = ROOT / "orchard" / "base" / "orchard.schema.json"
K = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "number", "minimum": 1e-9, "maximum": 0.999999999},
        {"type": "string", "pattern": r"^ *\d+(\.\d+)? *%? *$"},
    ]
}


def rendered() -> str:
    """Return the schema as the file has it."""
    notes, known = explanations(), config.words()
    properties = {}
    for name, told in Settings.model_json_schema()["properties"].items():
        shape = K | {"default": told["default"]} if name == "k" else _plain(told)
        enum = {"enum": known[name]} if name in known else {}
        properties[name] = {"description": notes.get(name) or told.get("description", ""), **shape, **enum}
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "orchard.toml",
        "description": "Made by ./inv check.docs --write from orchard/base/config.py and the remarks in orchard.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
    return json.dumps(schema, indent=2) + "\n"


def explanations() -> dict[str, str]:
    """Return what orchard.toml says beside each setting."""
    return dict(re.findall(r"^(\w+) *= .*?# (.+)$", SETTINGS.read_text(), re.M))


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """Leave out titles that repeat the name, and `null`, which TOML does not have."""
    kept = {key: value for key, value in told.items() if key not in ("title", "description", "anyOf")}
    kept |= next((option for option in told.get("anyOf", []) if option != {"type": "null"}), {})
    return {key: value for key, value in kept.items() if (key, value) != ("default", None)}
