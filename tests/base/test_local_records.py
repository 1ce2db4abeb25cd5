"""What this machine remembers of data sets."""

from orchard.base import local_records


def test_data_sets_are_known_the_latest_first_and_once(tmp_path):
    for name in ("pears", "my photos", "pears"):
        local_records.remember_dataset(tmp_path / name, tmp_path)
    assert local_records.datasets(tmp_path) == [tmp_path / "pears", tmp_path / "my photos"]


def test_no_more_are_kept_than_needed_and_none_is_an_error(tmp_path):
    assert local_records.datasets(tmp_path / "nowhere") == []
    local_records.remember_dataset(tmp_path, tmp_path / "nowhere")
    for number in range(20):
        local_records.remember_dataset(tmp_path / str(number), tmp_path)
    assert len(local_records.datasets(tmp_path)) == local_records.KEPT
