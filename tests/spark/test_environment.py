"""What a notebook asks before it starts: the packages on both sides, and whether somebody else is at the same run."""

import json
import sys
import time

import pytest

from fruits import environment, pictures, progress
from fruits.errors import JobError


def test_driver_and_workers_are_compared(spark):
    found = {package.module: package for package in environment.packages(spark)}
    assert found["python"].driver == ".".join(map(str, sys.version_info[:3]))
    for name in environment.MODULES:
        assert found[name].workers == (found[name].driver,)
        assert found[name].driver is not None
    assert found["matplotlib"].workers == ()
    told = environment.check(spark)
    assert "not needed" in told
    assert "openvino " in told


def test_what_is_optional_is_asked_of_the_workers_only_where_the_driver_has_it(monkeypatch):
    assert environment.modules_here() == (*environment.MODULES, "openvino")
    monkeypatch.setattr(environment, "find_spec", lambda _: None)
    assert environment.modules_here() == environment.MODULES


def test_a_missing_package_is_named_with_where_and_what_to_do(spark, monkeypatch, tmp_path):
    with pytest.raises(JobError, match="the driver cannot import absent_here") as failed:
        environment.check(spark, ("absent_here",))
    assert 'sc.install_pypi_package("absent_here")' in failed.value.remedy
    (tmp_path / "only_here.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(JobError, match="the workers cannot import only_here"):
        environment.check(spark, ("only_here",))


def test_other_versions_on_the_workers_are_refused(spark, monkeypatch):
    monkeypatch.setattr(environment, "version", lambda _: "0.1")  # in this process, which is the driver
    with pytest.raises(JobError, match=r"the driver has numpy 0\.1, the workers 1\.26\.4"):
        environment.check(spark, ("numpy",))


@pytest.mark.parametrize(
    ("phase", "age", "refused"), [("features", 1, True), ("features", 60, False), ("complete", 1, False)]
)
def test_a_run_that_is_going_on_is_left_alone(spark, tmp_path, phase, age, refused):
    state = {"job": "features", "phase": phase, "updated": time.time() - age}
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / progress.NAME).write_text(json.dumps(state))
    if not refused:
        progress.refuse_going(spark, str(tmp_path / "r"))
        return
    with pytest.raises(JobError, match="the run r is going on: features, features") as failed:
        progress.refuse_going(spark, str(tmp_path / "r"))
    assert "another RUN" in str(failed.value), "a notebook shows the remedy, too"


def test_the_two_pictures_are_labelled(spark, drawn):
    import matplotlib as mpl

    mpl.use("agg")
    from fruits import dataset

    selection = dataset.select(spark, str(drawn), "full", "Test", 0)
    look = pictures.first_look(dataset.read(spark, selection), count=8)
    assert len([axis for axis in look.axes if axis.get_title()]) == 8
    curve = pictures.variance_curve({"explained_variance": [0.5, 0.3], "counts": {"rows": 40}})
    (axis,) = curve.axes
    assert axis.get_ylabel() == "explained variance (%)"
    assert axis.lines[0].get_ydata().tolist() == [50.0, 80.0]
    assert axis.get_xlabel()
