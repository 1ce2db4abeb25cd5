"""A progress file that cannot be written: nobody can follow the run, and it is none the worse for it."""

import json

import pytest
from whole_runs import whole

from fruits import attempt, hadoop, progress
from fruits.errors import JobError


@pytest.fixture
def failing(monkeypatch):
    """A function that lets the writes of the progress file fail whose number (from 1) a condition is true of."""
    write, count = hadoop.write_text, [0]

    def make(condition) -> list[int]:
        def writing(spark, uri, text):
            if uri.endswith(progress.NAME):
                count[0] += 1
                if condition(count[0]):
                    raise JobError(f"{uri} cannot be written (told to)", "wait")
            write(spark, uri, text)

        monkeypatch.setattr(hadoop, "write_text", writing)
        monkeypatch.setattr(progress, "INTERVAL", 0.1)
        return count

    return make


@pytest.mark.parametrize("condition", [lambda n: n > 1, lambda n: n % 2 == 0], ids=["never again", "every other"])
def test_a_run_goes_through(spark, run, output, failing, condition):
    count = failing(condition)
    run()
    assert count[0] > 5
    assert whole(spark, output)["counts"] == {"read": 12, "featurised": 12, "rejected": 0}


def test_the_last_word_is_tried_again(spark, tmp_path, failing, monkeypatch):
    monkeypatch.setattr(progress.Progress, "_report", lambda self: None)
    count = failing(lambda n: n in (2, 3))
    with attempt.attempt(spark, str(tmp_path / "r"), "features", {}):
        pass
    assert count[0] == 4
    assert json.loads((tmp_path / "r" / progress.NAME).read_text())["phase"] == "complete"


def test_what_failed_is_said_though_it_cannot_be_written(spark, tmp_path, failing, capsys):
    failing(lambda n: n > 1)
    with (
        pytest.raises(JobError, match="no more fruit"),
        attempt.attempt(spark, str(tmp_path / "r"), "features", {}),
    ):
        raise JobError("no more fruit", "buy some")
    assert "could not be written; the job itself is failed" in capsys.readouterr().out


def test_features_that_are_complete_are_left_and_the_pca_goes_on(spark, complete, run, output, decompose):
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}
    with pytest.raises(JobError, match="k is 500"):
        decompose("--k", "500")
    run()  # what ./inv run --run-name does: both steps once more
    assert decompose("--k", "3").joinpath("_manifest.json").exists()
    assert before == {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.is_file()}
