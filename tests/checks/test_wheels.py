"""The check that nodes of both architectures can install their lock."""

import re
from pathlib import Path

import pytest
from invoke import Exit

from checks import wheels

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "spark" / "requirements.lock"


@pytest.fixture
def uv(tmp_path):
    """A uv that finds no wheel for ARM of a lock with `newer` in it."""
    program = tmp_path / "uv"
    program.write_text('#!/bin/sh\nfor last; do :; done\ncase "$*" in *aarch64*) ! grep -q newer "$last";; esac\n')
    program.chmod(0o755)
    return str(program)


def test_a_lock_that_graviton_could_not_install_is_refused(uv, tmp_path):
    lock = tmp_path / "some.lock"
    lock.write_text("older==1 \\\n    --hash=sha256:00\n")
    wheels.check(uv, lock)
    lock.write_text("newer==1 \\\n    --hash=sha256:00\n")
    with pytest.raises(Exit, match="nodes of aarch64-manylinux_2_34 could not install it"):
        wheels.check(uv, lock)


def test_all_but_spark_is_asked_for_as_the_nodes_do():
    names = re.compile(r"^([\w.-]+)==", re.M)
    left = names.findall(wheels.but_for_spark(LOCK.read_text()))
    assert left == [name for name in names.findall(LOCK.read_text()) if name not in ("pyspark", "py4j")]
    assert "openvino" in left
    assert "--hash=" in wheels.but_for_spark(LOCK.read_text())
