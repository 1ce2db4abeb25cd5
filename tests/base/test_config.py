import re
import shlex
from contextlib import suppress

import pytest
from invoke.parser.context import to_flag

from orchard.base import config, places
from orchard.base.errors import UsageError


@pytest.fixture
def toml(monkeypatch, tmp_path):
    """Settings come from a file of the test's own."""
    path = tmp_path / "orchard.toml"
    for name in config.Settings.model_fields:
        monkeypatch.delenv(f"ORCHARD_{name.upper()}", raising=False)
    monkeypatch.setitem(config.Settings.model_config, "toml_file", path)
    return path


def test_the_shipped_file_is_valid_and_says_the_defaults(monkeypatch):
    for name in config.Settings.model_fields:
        monkeypatch.delenv(f"ORCHARD_{name.upper()}", raising=False)
    shipped = config.load().model_dump()
    defaults = {name: field.default for name, field in config.Settings.model_fields.items()}
    assert shipped == defaults


def test_flags_win_over_environment_over_file(toml, monkeypatch):
    toml.write_text('region = "eu-west-1"\nk = 10\nmode = "full"')
    monkeypatch.setenv("ORCHARD_K", "20")
    monkeypatch.setenv("ORCHARD_MODE", "apples")
    settings = config.load(mode="mini", k=None)
    assert (settings.region, settings.k, settings.mode) == ("eu-west-1", 20, "mini")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("region", "eu-west-2", "only eu-central-1, eu-north-1"),
        ("region", "us-east-1", "cannot be used: personal data stays in the EU"),
        ("mode", "pears", "it takes mini, apples or full"),
        *(("k", value, "a share of the variance below 100%") for value in ("0", "2.5", "many", "1.0", "100%", "-5%")),
        ("max_images", "0", "it takes a whole number from 1 on"),
        ("idle_timeout", "59", "it takes a whole number from 60 to 604,800"),
        ("idle_timeout", "604801", "it takes a whole number from 60 to 604,800"),
        ("eur_rate", "11", "it takes a number from 0 to 10"),
        ("hub_persistence", "perhaps", "it takes true or false"),
        ("alarm_email", "me", "an e-mail address"),
        ("project", "No Spaces", "3 to 22 lower-case letters"),
    ],
)
def test_bad_values_name_flag_value_and_what_is_allowed(toml, name, value, says):
    with pytest.raises(UsageError) as raised:
        config.load(**{name: value})
    assert raised.value.cause.startswith(f"{to_flag(name)} {shlex.quote(value)} cannot be used: ")
    assert says in raised.value.cause


@pytest.mark.parametrize("name", config.Settings.model_fields)
def test_no_setting_answers_in_pydantics_words(toml, name):
    refused = []
    for value in ("\x00", "[1]", -1):
        with suppress(UsageError) if name in ("dataset", "weights") else pytest.raises(UsageError) as raised:
            config.load(**{name: value})
        refused += [raised.value.cause] if raised else []
    own = re.compile(r"cannot be used: (it takes|S3 takes|personal data|EMR does not know)")
    assert [cause for cause in refused if not own.search(cause)] == []


@pytest.mark.parametrize(
    ("text", "cause", "remedy"),
    [
        ('k = 5\n\nmode = "minii"', 'orchard.toml, line 3: mode = "minii" cannot be used: ', "did you mean mini?"),
        ("# core_count = 1\ncore_count = 0", "orchard.toml, line 2: core_count = 0 cannot be used: ", "correct line 2"),
        (
            'region = "eu-wset-3"',
            'orchard.toml, line 1: region = "eu-wset-3" cannot be used: personal data',
            "eu-west-3",
        ),
        ('instance_type = "m5.xlrage"', "orchard.toml, line 1: instance_type", "did you mean m5.xlarge"),
        (
            'k = 5\n[studio_users]  # of EMR\n"a.b" = "basic"\nbob = "boss"',
            'orchard.toml, line 4: studio_users.bob = "boss" cannot be used: it takes names, each with basic',
            "correct line 4",
        ),
        (
            '[studio_users]\nregion = "eu-west-1"',
            "orchard.toml, line 2: region is a setting, and stands below [studio_users]",
            "move it above [studio_users]",
        ),
        ("\nregoin = 'eu-west-1'", "orchard.toml, line 2: there is no setting called 'regoin'", "did you mean region"),
        ("weather = 'wet'", "orchard.toml, line 1: there is no setting called 'weather'", "./inv settings lists them"),
        ("studio_users.bob = 'x'", "orchard.toml, line 1: studio_users.bob", "correct line 1"),
        ("k = 5\nmode = mini", "orchard.toml is not valid TOML: Invalid value (at line 2", "words stand in quotes"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_line(toml, text, cause, remedy):
    toml.write_text(text)
    with pytest.raises(UsageError) as raised:
        config.load()
    assert raised.value.cause.startswith(cause)
    assert remedy in raised.value.remedy


@pytest.mark.parametrize(
    ("variable", "value", "cause", "remedy"),
    [
        ("ORCHARD_MODE", "minii", "ORCHARD_MODE=minii cannot be used: ", "did you mean mini?"),
        ("ORCHARD_K", "many", "ORCHARD_K=many cannot be used: ", "correct ORCHARD_K, or unset it"),
        ("ORCHARD_STUDIO_USERS", "bob", "ORCHARD_STUDIO_USERS is not valid JSON", "ORCHARD_STUDIO_USERS='{"),
        ("ORCHARD_REGOIN", "eu-west-1", "there is no setting for ORCHARD_REGOIN", "did you mean ORCHARD_REGION?"),
    ],
)
def test_what_is_wrong_in_the_environment_is_named_with_its_variable(toml, monkeypatch, variable, value, cause, remedy):
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError) as raised:
        config.load()
    assert raised.value.cause.startswith(cause)
    assert remedy in raised.value.remedy


def test_a_variable_that_something_else_reads_is_no_misspelt_setting(toml, monkeypatch):
    named = {name for folder in ("orchard", "spark", "checks", "tests", "docs") for name in _variables(folder)}
    assert {"ORCHARD_TERRAFORM", "ORCHARD_TEST_PHOTOS"} < named
    for name in named - {f"ORCHARD_{field.upper()}" for field in config.Settings.model_fields} - {"ORCHARD_REGOIN"}:
        monkeypatch.setenv(name, "x")
    config.load()


def _variables(folder):
    for file in (places.ROOT / folder).rglob("*.*"):
        if file.suffix in (".py", ".md", ".sh"):
            yield from re.findall(r"ORCHARD_[A-Z]\w*", file.read_text())


@pytest.mark.parametrize(
    ("value", "k"),
    [("50", 50), ("1", 1), (50.0, 50), ("95%", 0.95), ("0.95", 0.95), ("0.9999999", 0.9999999), ("0.5 %", 0.005)],
)
def test_k_is_a_count_or_a_share(toml, value, k):
    found = config.load(k=value).k
    assert (found, type(found)) == (k, type(k))


def test_no_file_means_the_defaults(toml):
    assert config.load().k == 50
