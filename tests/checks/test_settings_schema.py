"""The schema of orchard.toml says what the settings say."""

import json
import tomllib

import jsonschema
import pytest

from checks import settings_schema
from orchard.base import config, places
from orchard.base.errors import UsageError

SCHEMA = json.loads(settings_schema.rendered())


def test_the_file_is_as_the_settings_make_it():
    assert settings_schema.FILE.read_text() == settings_schema.rendered(), "./inv check.docs --write"


def test_orchard_toml_names_it_first_and_conforms():
    first, second, *_ = places.FILE.read_text().splitlines()
    assert (places.FILE.parent / first.removeprefix("#:schema ")).resolve() == settings_schema.FILE
    assert second == "", "a directive ends with the comment that it is in"
    jsonschema.validate(tomllib.loads(places.FILE.read_text()), SCHEMA)


def test_every_setting_is_in_it_and_explained():
    assert list(SCHEMA["properties"]) == list(config.Settings.model_fields)
    assert [name for name, of in SCHEMA["properties"].items() if not of["description"]] == []


@pytest.mark.parametrize("text", ['k = "95%"', "k = 0.95", 'dataset = "here"', 'studio_users = { bob = "basic" }'])
def test_what_the_settings_take_it_takes(text):
    given = tomllib.loads(text)
    config.load(**given)
    jsonschema.validate(given, SCHEMA)


@pytest.mark.parametrize(
    "text",
    ["k = 0", 'k = "many"', 'mode = "pears"', 'region = "eu-west-2"', "core_count = 0", "regoin = 1",
     'instance_type = "m5.xlrage"', 'studio_users = { bob = "boss" }', 'project = "No"', "dataset = 1"],
)  # fmt: skip
def test_what_the_settings_refuse_it_refuses(text):
    given = tomllib.loads(text)
    with pytest.raises(UsageError):
        config.load(**given)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(given, SCHEMA)
