"""How long a transfer takes yet, by what it has done so far."""

import time

import pytest

from orchard.transfer.progress import Meter


@pytest.mark.parametrize(
    ("files", "done", "told"),
    [
        (100, (50, 10), "50/100 files, 5 files/s, 0.0 MB/s, about 10 s left"),
        (10_000, (100, 10), "100/10,000 files, 10 files/s, 0.0 MB/s, about 16 min left"),
        (1, (0, 40_000_000), "40/100 MB, 4.0 MB/s, about 15 s left"),
        (1, (1, 100_000_000), "100/100 MB, 10.0 MB/s"),
    ],
)
def test_the_time_left_comes_from_the_transfers_own_speed(monkeypatch, files, done, told):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    meter = Meter("uploading", files, 100_000_000)
    now[0] = 10.0
    meter.add(*done)
    assert meter.state() == told
