"""The harness of the benchmarks: rounds in turn, what is left out, and what is kept."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checks import benchmarks
from checks.documents import measurements
from orchard.base.errors import UsageError
from orchard.base.places import ROOT

CONTENDER = "import time, contender; contender.serve({'busy': lambda: [time.sleep(0.01), 7][1], 'wrong': lambda: 6})"


@pytest.fixture
def rounds(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import rounds

    return rounds


@pytest.fixture
def program(rounds, tmp_path, monkeypatch):
    """A function that makes a program of contenders."""
    monkeypatch.setattr(rounds, "PEERS", tmp_path)

    def make(code: str, *names: str):
        file = f"{len(list(tmp_path.iterdir()))}.py"
        (tmp_path / file).write_text(code)
        return rounds.Program(file, names, sys.executable, ())

    return make


def test_contenders_take_turns_and_have_medians_and_spread(rounds, program, capsys):
    measured = rounds.compare([program(CONTENDER, "busy")], 3, 7)
    row = measured["busy"].row()
    assert len(measured["busy"].rates) == 3
    assert 0 < row["least"] <= row["rate"] <= row["most"] < 700
    assert capsys.readouterr().out.count("round ") == 3
    assert "busy" in rounds.table(measured, "rows")


def test_one_that_does_not_come_up_or_makes_too_few_rows_is_left_out(rounds, program, capsys):
    broken, wrong = program("raise SystemExit(3)", "broken"), program(CONTENDER, "wrong")
    assert set(rounds.compare([broken, wrong, program(CONTENDER, "busy")], 1, 7)) == {"busy"}
    told = capsys.readouterr().err
    assert "left out: broken" in told
    assert "wrong made 6 rows of 7" in told


def test_processor_time_is_that_of_a_session(rounds):
    import machine

    work = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\ninput()"
    with subprocess.Popen([sys.executable, "-c", work], stdin=subprocess.PIPE, start_new_session=True) as busy:
        deadline = time.monotonic() + 60
        while machine.cpu_seconds(busy.pid) < 0.3 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert machine.cpu_seconds(busy.pid) >= 0.3
        busy.communicate(b"\n")
    assert machine.describe()["cores"] == os.cpu_count()


def test_tenths_of_a_run_have_their_own_rates(rounds):
    from bench_whole import tenths

    even = [(2 * second, 20 * second) for second in range(101)]
    assert tenths(even) == [10.0] * 10
    slower = [(second if second < 100 else 100 + 2 * (second - 100), done) for second, done in even]
    first, *_, last = tenths(slower)
    assert (first, last) == (10.0, 5.0)


def test_memory_is_that_of_a_session(rounds):
    import machine

    work = "held = bytearray(64 << 20)\nprint(flush=True)\ninput()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", work], **pipes, start_new_session=True) as holding:
        holding.stdout.readline()
        assert 64 << 20 <= machine.resident(holding.pid) < 128 << 20
        holding.communicate(b"\n")
    assert machine.resident(holding.pid) == 0


def test_a_run_is_kept_and_shown(rounds, tmp_path, monkeypatch):
    record, kept = tmp_path / "figures.json", tmp_path / "measured.json"
    figures_of = {"ours": rounds.Measured([90.0, 110.0], [8.0, 9.0]), "pool-ours": rounds.Measured([200.0], [7.0])}
    rounds.record(record, figures_of, {"images": 3000, "rounds": 2})
    kept.write_text(json.dumps({"machine": "m", "date": "d", "figures": []}))
    for module in (benchmarks, measurements):
        monkeypatch.setattr(module, "MEASURED", kept)
    benchmarks.keep("features", json.loads(record.read_text()))
    shown = measurements.measured()
    assert "| ours | 100 | 90 to 110 | 8.5 |" in shown
    assert "3,000 images, 2 rounds" in shown
    assert "- 0.50 times the rate of two plain processes (pool-ours)" in shown


def test_a_whole_run_is_kept_and_shown(rounds, tmp_path, monkeypatch):
    import machine

    kept = tmp_path / "measured.json"
    kept.write_text(json.dumps({"machine": "m", "date": "d", "figures": []}))
    for module in (benchmarks, measurements):
        monkeypatch.setattr(module, "MEASURED", kept)
    seen = {"seconds": {"features": 300.5, "pca": 20}, "most_memory_gb": {"features": 2.5, "pca": 1.5}}
    seen |= {
        "bare_rates": [250, 270],
        "times_the_bound": 1.23,
        "processor_times_the_bound": 1.3,
        "rates_of_tenths": [240.0, 239.5],
    }
    benchmarks.keep("whole", {"images": 67_692, "k": 50, **seen, **machine.describe()})
    shown = measurements.measured()
    assert "| features of 67,692 photographs | 300.5 | 2.5 |" in shown
    assert "1.23 times what the bare engine needs" in shown
    assert "240, 239.5" in shown


def test_a_cold_start_is_kept_and_shown(rounds, tmp_path, monkeypatch):
    import machine

    kept = tmp_path / "measured.json"
    kept.write_text(json.dumps({"machine": "m", "date": "d", "figures": []}))
    for module in (benchmarks, measurements):
        monkeypatch.setattr(module, "MEASURED", kept)
    seen = {"seconds": {"cold": 16.5, "warm": 10.0}, "times_warm": 1.65}
    benchmarks.keep("cold", {"images": 2_000, "rounds": 3, **seen, **machine.describe()})
    shown = measurements.measured()
    assert "2,000 photographs takes 16.5 s" in shown
    assert "10 s to compute as many: 1.65 times" in shown


def test_parts_are_called_by_name():
    assert benchmarks.chosen("pca, features") == ("pca", "features")
    assert benchmarks.chosen("") == benchmarks.PARTS
    with pytest.raises(UsageError, match="no benchmark pcb"):
        benchmarks.chosen("pcb")


def test_the_roofline_counts_what_the_network_multiplies(monkeypatch, weights_file):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / "peers"))
    import roofline

    from fruits import weights
    from fruits.folding import fold

    layers = fold(weights.parse(Path(weights_file).read_bytes(), weights_file))
    classifier = 1280 * 1000  # which the paper's 300 million have, too (Sandler et al., "MobileNetV2", table 4)
    assert roofline.multiplications(layers) + classifier == pytest.approx(300e6, rel=0.01)
