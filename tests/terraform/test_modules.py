"""Every module and root: valid, tested, formatted, described, small."""

import re

import pytest

from checks import terraform_readmes, terraform_tests
from orchard.base.config import EU_REGIONS

MODULES = [str(directory.relative_to(terraform_readmes.DIRECTORY)) for directory in terraform_readmes.modules()]


@pytest.mark.parametrize("name", MODULES)
def test_is_valid_and_passes_its_own_tests(outcomes, name):
    assert outcomes[name].passed, outcomes[name].text


def test_is_formatted():
    assert terraform_tests.unformatted() == []


def test_readmes_list_variables_and_outputs_as_they_are():
    assert terraform_readmes.stale() == [], "./inv check.readmes --write brings them up to date"


@pytest.mark.parametrize("name", MODULES)
def test_every_variable_is_typed_and_everything_is_described(name):
    directory = terraform_readmes.DIRECTORY / name
    for entry in terraform_readmes.entries(directory, "variable"):
        assert entry.type, entry.name
        assert entry.type != "any", entry.name
        assert entry.description, entry.name
    assert all(entry.description for entry in terraform_readmes.entries(directory, "output"))


@pytest.mark.parametrize("name", MODULES)
def test_every_validation_is_provoked(name):
    directory = terraform_readmes.DIRECTORY / name
    tests = "".join(file.read_text() for file in directory.glob("tests/*.tftest.hcl"))
    provoked = set(re.findall(r"\bvar\.(\w+)", ",".join(re.findall(r"expect_failures\s*=\s*\[(.*?)\]", tests, re.S))))
    assert {e.name for e in terraform_readmes.entries(directory, "variable") if e.validated} <= provoked


def test_no_file_is_too_long_to_read():
    for file in terraform_readmes.DIRECTORY.glob("**/*.tf"):
        assert len(file.read_text().splitlines()) <= 200, file


def test_every_platform_can_use_the_lock_files():
    locks = [
        (terraform_readmes.DIRECTORY / root / ".terraform.lock.hcl").read_text() for root in ("foundation", "cluster")
    ]
    assert locks[0] == locks[1]
    assert len(set(re.findall(r"zh:[0-9a-f]{64}", locks[0]))) == 15, "one hash for each archive of the release"
    assert "h1:" in locks[0]


def test_both_planes_know_the_same_regions():
    for root in ("foundation", "cluster"):
        text = "".join(file.read_text() for file in (terraform_readmes.DIRECTORY / root).glob("*.tf"))
        listed = re.findall(r'\["eu-[^\]]*\]', text)
        assert listed, root
        for regions in listed:
            assert tuple(re.findall(r'"([^"]+)"', regions)) == EU_REGIONS


def test_nothing_that_costs_by_the_hour_is_in_the_foundation():
    text = "".join(file.read_text() for file in (terraform_readmes.DIRECTORY / "foundation").glob("*.tf"))
    used = re.findall(r'source = "\.\./(modules/\w+)"', text)
    resources = {
        resource
        for module in used
        for file in (terraform_readmes.DIRECTORY / module).glob("*.tf")
        for resource in re.findall(r'^resource "(\w+)"', file.read_text(), re.M)
    }
    by_the_hour = r"nat_gateway|eip|emr_cluster|emr_instance|aws_instance|_lb$|db_|interface|redshift|kinesis"
    assert not [resource for resource in resources if re.search(by_the_hour, resource)]
