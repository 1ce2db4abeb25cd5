"""A run on disk: what is read, and what is described when it is not as it should be."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from report_runs import COLUMNS, COST, record, write

from orchard.base.errors import OrchardError, UsageError
from orchard.report import facts, read

NAME = "20261121T200000-full"


def test_a_run_is_read_whole(tmp_path):
    write(tmp_path, rejected=[("Test/Kiwi/9.jpg", "truncated")])
    run = read.load(None, tmp_path)
    assert (run.name, run.rows, run.scores.shape) == (NAME, 120, (120, 5))
    assert run.paths == sorted(run.paths)
    assert all(path.split("/")[1] == label for path, label in zip(run.paths, run.labels, strict=True))
    assert run.spectrum.shape == (COLUMNS,)
    assert run.components.shape == (COLUMNS, 5)
    assert run.components.T @ run.components == pytest.approx(np.eye(5), abs=1e-12)
    assert run.rejected == [("Test/Kiwi/9.jpg", "truncated")]
    assert run.record is None


def test_scores_stay_with_their_paths(tmp_path):
    write(tmp_path, spread=0)
    run = read.load(NAME, tmp_path)
    for label in set(run.labels):
        assert np.ptp(run.scores[run.labels == label], axis=0) == pytest.approx(np.zeros(5))


def test_the_newest_complete_run_is_the_default(tmp_path):
    for name in ("20260101T000000-mini", "20260301T000000-mini", "20260201T000000-mini"):
        write(tmp_path, name)
    (tmp_path / "pca" / "20260301T000000-mini" / "_manifest.json").unlink()
    assert read.load(None, tmp_path).name == "20260201T000000-mini"


def test_what_the_manifest_does_not_list_is_not_read(tmp_path):
    scores = write(tmp_path) / "scores"
    shutil.copy(scores / "part-0.zstd.parquet", scores / "part-9.zstd.parquet")
    assert len(read.load(NAME, tmp_path).table) == 120


def older(pca: Path, *keys: str) -> None:
    """Make a run as an older version wrote it: names without underscores, a manifest without some keys."""
    manifest = json.loads((pca / "_manifest.json").read_text())
    for key in keys:
        manifest.pop(key)
    (pca / "manifest.json").write_text(json.dumps(manifest))
    (pca / "_manifest.json").unlink()
    features = pca.parent.parent / "features" / pca.name
    (features / "_errors").rename(features / "errors")


def test_a_run_of_an_older_version_is_read(tmp_path):
    older(write(tmp_path, rejected=[("Test/Kiwi/9.jpg", "truncated")]), "parts")
    run = read.load(None, tmp_path)
    assert len(run.table) == 120
    assert run.rejected == [("Test/Kiwi/9.jpg", "truncated")]


def test_missing_parts_are_none(tmp_path):
    pca = write(tmp_path)
    for folder in (pca / "model" / "data", tmp_path / "features" / NAME / "_errors"):
        next(folder.glob("*.parquet")).unlink()
    (pca / "variance.csv").unlink()
    run = read.load(NAME, tmp_path)
    assert run.components is None
    assert run.rejected is None
    assert len(run.spectrum) == 5, "those of the manifest"


class TestErrors:
    def test_no_run_at_all(self, tmp_path):
        with pytest.raises(UsageError) as error:
            read.load(None, tmp_path)
        assert "./inv results" in error.value.remedy

    def test_an_unknown_run_suggests_the_nearest(self, tmp_path):
        write(tmp_path)
        with pytest.raises(UsageError) as error:
            read.load("20261121T200001-full", tmp_path)
        assert NAME in error.value.remedy

    def test_an_incomplete_run(self, tmp_path):
        (write(tmp_path) / "_manifest.json").unlink()
        with pytest.raises(UsageError) as error:
            read.load(NAME, tmp_path)
        assert "not complete" in error.value.cause
        assert f"./inv run --run-name {NAME}" in error.value.remedy

    def test_a_name_that_leads_elsewhere(self, tmp_path):
        with pytest.raises(UsageError):
            read.load("../secrets", tmp_path)

    @pytest.mark.parametrize(
        ("damaged", "attribute"),
        [
            ("scores/part-0.zstd.parquet", "scores"),
            ("model/data/part-0.zstd.parquet", "components"),
            ("variance.csv", "spectrum"),
        ],
    )
    def test_damaged_files_are_named(self, tmp_path, damaged, attribute):
        path = write(tmp_path) / damaged
        path.write_bytes(b"component,variance,explained\n1,2,PAR1")
        run = read.load(NAME, tmp_path)
        with pytest.raises(OrchardError) as error:
            getattr(run, attribute)
        assert str(path) in error.value.cause
        assert "--force" in error.value.remedy

    def test_a_missing_part_of_the_scores(self, tmp_path):
        (write(tmp_path) / "scores" / "part-0.zstd.parquet").unlink()
        with pytest.raises(OrchardError, match=r"part-0\.zstd\.parquet cannot be used"):
            _ = read.load(NAME, tmp_path).scores

    def test_a_missing_part_where_the_manifest_lists_none(self, tmp_path):
        older(write(tmp_path), "parts")
        (tmp_path / "pca" / NAME / "scores" / "part-0.zstd.parquet").unlink()
        with pytest.raises(OrchardError, match="60 rows, and the manifest 120"):
            _ = read.load(NAME, tmp_path).scores

    def test_a_damaged_record(self, tmp_path):
        write(tmp_path, record={"run": NAME})
        with pytest.raises(OrchardError, match=r"run\.json cannot be used"):
            _ = read.load(NAME, tmp_path).record

    def test_a_damaged_manifest(self, tmp_path):
        manifest = write(tmp_path) / "_manifest.json"
        for text in ('{"job": "pca"', '{"job": "pca"}', "[]"):
            manifest.write_text(text)
            with pytest.raises(OrchardError, match=r"manifest\.json cannot be used"):
                read.load(NAME, tmp_path)


class TestFacts:
    def of(self, tmp_path, **options):
        write(tmp_path, **options)
        return read.load(NAME, tmp_path)

    def test_phases_and_time(self, tmp_path):
        run = self.of(tmp_path)
        assert facts.phases(run)[:2] == [("features: listing", 3.0), ("features: features", 273.6)]
        assert facts.seconds(run) == pytest.approx(288.3)

    def test_rejections_are_counted_by_reason(self, tmp_path):
        bad = [(f"Test/Kiwi/{number}.jpg", "truncated") for number in range(7)] + [("Test/Kiwi/x.jpg", "empty file")]
        found = facts.rejections(self.of(tmp_path, rejected=bad))
        assert found == [("truncated", [path for path, _ in bad[:7]]), ("empty file", ["Test/Kiwi/x.jpg"])]

    @pytest.mark.parametrize(
        ("kept", "value", "note"),
        [
            (None, "not recorded", "no record"),
            (record(emulated=True, cost=None), "nothing", "emulated"),
            (record(emulated=False, cost=None), "not known yet", f"./inv cost --run {NAME}"),
            (record(emulated=True, cost=COST), "nothing", "the same time on AWS would cost 0.077 USD"),
            (record(emulated=False, cost=COST | {"emulated": False}), "0.077 USD", "prices of 2026-09-01"),
        ],
    )
    def test_cost(self, tmp_path, kept, value, note):
        cost = facts.cost(self.of(tmp_path, record=kept))
        assert cost.value == value
        assert note in cost.note

    def test_where_names_the_cluster(self, tmp_path):
        described = {
            fact.name: f"{fact.value} {fact.note}"
            for fact in facts.where(self.of(tmp_path, record=record(emulated=False, cost=None)))
        }
        assert described["Target"].startswith("AWS, eu-west-3")
        assert "2 x m5.xlarge task (Spot)" in described["Cluster"]
        assert "5 min 30 s" in described["Step features"]

    def test_an_older_manifest_will_do(self, tmp_path):
        pca = write(tmp_path)
        manifest = json.loads((pca / "_manifest.json").read_text())
        for key in ("parameters", "input", "timings", "images_per_second", "cores", "weights"):
            manifest["features"].pop(key)
        (pca / "_manifest.json").write_text(json.dumps(manifest))
        older(pca, "parameters", "timings", "code", "versions", "parts")
        run = read.load(NAME, tmp_path)
        assert facts.phases(run) == []
        assert facts.speed(run) == 0
        assert "not recorded" in [fact.value for fact in facts.what(run) + facts.where(run)]
