import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from orchard.base.errors import UsageError
from orchard.machine import provider


@pytest.fixture
def mirror(tmp_path):
    directory = tmp_path / "share" / "mirror"
    (directory / provider.PROVIDER).mkdir(parents=True)
    return directory


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch, tmp_path):
    monkeypatch.setattr(provider, "PARENTS", ())
    (tmp_path / "home").mkdir()


def lead(tmp_path, **environment):
    return provider.settings({"HOME": str(tmp_path / "home")} | environment, tmp_path / "cache")


def test_named_mirror_wins(tmp_path, mirror):
    (tmp_path / "home" / ".terraformrc").write_text("")
    found = lead(tmp_path, ORCHARD_PROVIDER_MIRROR=str(mirror))
    assert f'path    = "{mirror}"' in (tmp_path / "cache" / "terraform.tfrc").read_text()
    assert found == {"TF_CLI_CONFIG_FILE": str(tmp_path / "cache" / "terraform.tfrc")}


def test_named_mirror_without_the_provider(tmp_path):
    with pytest.raises(UsageError, match=r"ORCHARD_PROVIDER_MIRROR = .* holds no"):
        lead(tmp_path, ORCHARD_PROVIDER_MIRROR=str(tmp_path))


def test_own_configuration_is_left_alone(tmp_path):
    (tmp_path / "home" / ".terraformrc").write_text("")
    assert lead(tmp_path) == {}
    (tmp_path / "mine.tfrc").write_text("")
    assert lead(tmp_path, TF_CLI_CONFIG_FILE=str(tmp_path / "mine.tfrc")) == {}


def test_configuration_that_does_not_exist_is_replaced(tmp_path):
    found = lead(tmp_path, TF_CLI_CONFIG_FILE=str(tmp_path / "gone.tfrc"))
    assert found["TF_CLI_CONFIG_FILE"] == str(tmp_path / "cache" / "terraform.tfrc")


def test_mirror_beside_the_usual_places_is_found(tmp_path, mirror, monkeypatch):
    monkeypatch.setattr(provider, "PARENTS", (tmp_path / "none", tmp_path / "share"))
    lead(tmp_path)
    assert f'path    = "{mirror}"' in (tmp_path / "cache" / "terraform.tfrc").read_text()


def test_registry_is_the_last_resort_and_downloads_are_kept(tmp_path):
    assert lead(tmp_path)["TF_PLUGIN_CACHE_DIR"] == str(tmp_path / "cache" / "providers")
    assert lead(tmp_path, TF_PLUGIN_CACHE_DIR=str(tmp_path / "mine"))["TF_PLUGIN_CACHE_DIR"] == str(tmp_path / "mine")
    assert (tmp_path / "mine").is_dir()


def test_a_terraform_that_starts_meanwhile_reads_the_whole_configuration(tmp_path, mirror):
    folder, stop = tmp_path / "cache", threading.Event()

    def others():
        while not stop.is_set():
            lead(tmp_path, ORCHARD_PROVIDER_MIRROR=str(mirror))

    lead(tmp_path, ORCHARD_PROVIDER_MIRROR=str(mirror))
    whole = (folder / "terraform.tfrc").read_text()
    with ThreadPoolExecutor() as pool:
        pool.submit(others)
        read = {(folder / "terraform.tfrc").read_text() for _ in range(2000)}
        stop.set()
    assert read == {whole}
    assert [path.name for path in folder.iterdir()] == ["terraform.tfrc"]
