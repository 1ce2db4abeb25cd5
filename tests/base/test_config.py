import pytest
from invoke.parser.context import to_flag

from orchard.base import config
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
        ("mode", "pears", "'mini', 'apples' or 'full'"),
        *(("k", value, "a share of the variance below 100%") for value in ("0", "2.5", "many", "1.0", "100%", "-5%")),
        ("max_images", "0", "greater than or equal to 1"),
        ("idle_timeout", "59", "greater than or equal to 60"),
        ("idle_timeout", "604801", "less than or equal to 604800"),
        ("alarm_email", "me", "pattern"),
        ("project", "No Spaces", "pattern"),
    ],
)
def test_bad_values_name_setting_value_and_what_is_allowed(toml, name, value, says):
    with pytest.raises(UsageError) as raised:
        config.load(**{name: value})
    assert raised.value.cause.startswith(f"the setting {name} = {value!r} cannot be used: ")
    assert says in raised.value.cause
    assert raised.value.remedy.endswith(f" {to_flag(name)}")


@pytest.mark.parametrize(
    ("value", "k"),
    [("50", 50), ("1", 1), (50.0, 50), ("95%", 0.95), ("0.95", 0.95), ("0.9999999", 0.9999999), ("0.5 %", 0.005)],
)
def test_k_is_a_count_or_a_share(toml, value, k):
    found = config.load(k=value).k
    assert (found, type(found)) == (k, type(k))


def test_an_unknown_setting_in_the_file(toml):
    toml.write_text("regoin = 'eu-west-1'")
    with pytest.raises(UsageError, match="no setting called 'regoin'") as raised:
        config.load()
    assert "did you mean region" in raised.value.remedy


def test_a_broken_file(toml):
    toml.write_text("k = ")
    with pytest.raises(UsageError, match="not valid TOML"):
        config.load()


def test_no_file_means_the_defaults(toml):
    assert config.load().k == 50
