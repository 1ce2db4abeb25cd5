"""The archive from the web: a server that breaks off, lies and refuses; archives that are damaged or malicious."""

import io
import re
import stat
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchard.base import config
from orchard.base.errors import OrchardError, UsageError
from orchard.photographs import dataset, fetch, unpack
from orchard.transfer import disk

CONTENT = bytes(range(256)) * 4000


class Handler(BaseHTTPRequestHandler):
    """Serves one file in the manner that `server.manner` says."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        manner = self.server.manner
        manner.asked.append(self.headers.get("Range", ""))
        if manner.status:
            self.send_error(manner.status)
            return
        body, first = manner.content, 0
        span = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if span and manner.ranges and self.headers.get("If-Range") == manner.etag:
            first = int(span[1])
        if first >= len(body):
            self.send_error(416)
            return
        self.send_response(206 if first else 200)
        if first:
            begin = first + manner.shift
            self.send_header("Content-Range", f"bytes {begin}-{len(body) - 1}/{len(body)}")
        if manner.length:
            self.send_header("Content-Length", str(len(body) - first + manner.lie))
        self.send_header("ETag", manner.etag)
        self.end_headers()
        self.wfile.write(body[first : first + manner.breaks] if manner.breaks else body[first:])


@pytest.fixture
def server(monkeypatch):
    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.manner = SimpleNamespace(
        content=CONTENT, etag='"one"', ranges=True, breaks=0, lie=0, shift=0, length=True, status=0, asked=[]
    )
    threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setattr(fetch, "BLOCK", 50_000)
    monkeypatch.setattr(fetch, "PAUSE", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield SimpleNamespace(url=f"http://127.0.0.1:{http.server_address[1]}/fruits.zip", manner=http.manner)
    http.shutdown()


def test_a_server_that_behaves(server, tmp_path):
    path = fetch.fetch(server.url, tmp_path / "data" / "a.zip")
    assert path.read_bytes() == CONTENT
    assert [entry.name for entry in path.parent.iterdir()] == ["a.zip"]
    fetch.fetch(server.url, path)
    assert server.manner.asked == [""]


def test_a_server_that_breaks_off_is_asked_to_go_on(server, tmp_path):
    server.manner.breaks = 300_000
    assert fetch.fetch(server.url, tmp_path / "a.zip").read_bytes() == CONTENT
    assert server.manner.asked == ["", "bytes=300000-", "bytes=600000-", "bytes=900000-"]


def test_a_server_without_ranges_sends_it_all_again(server, tmp_path):
    (tmp_path / "a.zip.part").write_bytes(CONTENT[:1000])
    (tmp_path / "a.zip.part.json").write_text(f'{{"url": "{server.url}", "size": 1024000, "validator": "\\"one\\""}}')
    server.manner.ranges = False
    assert fetch.fetch(server.url, tmp_path / "a.zip").read_bytes() == CONTENT
    assert server.manner.asked == ["bytes=1000-"]


def test_a_server_without_ranges_that_breaks_off_is_given_up(server, tmp_path):
    server.manner.ranges, server.manner.breaks = False, 300_000
    with pytest.raises(OrchardError, match=r"keeps breaking off: it ends after 300,000 bytes and promised 1,024,000"):
        fetch.fetch(server.url, tmp_path / "a.zip")
    server.manner.breaks = 0
    assert fetch.fetch(server.url, tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_begun_anew(server, tmp_path):
    (tmp_path / "a.zip.part").write_bytes(b"older" * 1000)
    (tmp_path / "a.zip.part.json").write_text(f'{{"url": "{server.url}", "size": 9999, "validator": "\\"zero\\""}}')
    assert fetch.fetch(server.url, tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_part_of_another_address_is_not_used(server, tmp_path):
    (tmp_path / "a.zip.part").write_bytes(b"other" * 1000)
    (tmp_path / "a.zip.part.json").write_text('{"url": "http://elsewhere/", "size": 9999, "validator": "\\"one\\""}')
    assert fetch.fetch(server.url, tmp_path / "a.zip").read_bytes() == CONTENT


def test_a_length_that_promises_too_much(server, tmp_path):
    server.manner.lie = 1000
    with pytest.raises(OrchardError, match="keeps breaking off: it does not have the 1,025,000 bytes that it promised"):
        fetch.fetch(server.url, tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_a_length_that_promises_too_little_is_found_by_unpacking(server, tmp_path):
    server.manner.content, server.manner.lie = fruits({"Test/Kiwi/1.jpg": b"x" * 1000}), -40
    path = fetch.fetch(server.url, tmp_path / "a.zip")
    with pytest.raises(OrchardError, match="is damaged") as caught:
        unpack.unpack(path, tmp_path / "raw")
    assert caught.value.remedy.startswith("delete it")


def test_no_length_at_all(server, tmp_path):
    server.manner.length = False
    assert fetch.fetch(server.url, tmp_path / "a.zip").read_bytes() == CONTENT


def test_another_part_than_asked_for(server, tmp_path):
    server.manner.breaks, server.manner.shift = 300_000, 7
    server.manner.etag = '"one"'
    with pytest.raises(OrchardError, match="keeps breaking off"):
        fetch.fetch(server.url, tmp_path / "a.zip")


@pytest.mark.parametrize(("status", "cause"), [(404, "answers 404 Not Found"), (503, "keeps breaking off")])
def test_refusals(server, tmp_path, status, cause):
    server.manner.status = status
    with pytest.raises(OrchardError, match=cause):
        fetch.fetch(server.url, tmp_path / "a.zip")


def test_a_full_disk(server, tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "SPARE", 1 << 60)
    with pytest.raises(OrchardError, match="there is no space for 1 MB"):
        fetch.fetch(server.url, tmp_path / "a.zip")


def fruits(members: dict[str, bytes], **attributes: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = attributes.get("mode", 0) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


@pytest.fixture
def archive(tmp_path):
    def make(members, **attributes) -> Path:
        path = tmp_path / "fruits.zip"
        path.write_bytes(fruits(members, **attributes))
        return path

    return make


GOOD = {
    "fruits-360/Training/Apple Red 1/r_0_100.jpg": b"one",
    "fruits-360/Test/Poire Été/é%20 100%.jpg": b"two",
    "fruits-360/Test/Kiwi/.DS_Store": b"",
    "fruits-360/LICENSE": b"MIT",
    "__MACOSX/fruits-360/Test/Kiwi/._1.jpg": b"",
    "original-size/Test/Kiwi/1.jpg": b"another data set",
    "multiple/apples1.jpg": b"two apples",
}


def test_the_photographs_and_nothing_else(archive, tmp_path):
    done = unpack.unpack(archive(GOOD), tmp_path / "raw")
    assert done == (2, 0, 5)
    assert {p.relative_to(tmp_path / "raw").as_posix(): p.read_bytes() for p in tmp_path.rglob("*.jpg")} == {
        "Training/Apple Red 1/r_0_100.jpg": b"one",
        "Test/Poire Été/é%20 100%.jpg": b"two",
    }
    (tmp_path / "raw/Training/Apple Red 1/r_0_100.jpg").unlink()
    assert unpack.unpack(archive(GOOD), tmp_path / "raw") == (1, 1, 5)


def test_a_photograph_of_the_users_own_stays(archive, tmp_path):
    unpack.unpack(archive(GOOD), tmp_path / "raw")
    mine = tmp_path / "raw/Training/Apple Red 1/r_0_100.jpg"
    mine.write_bytes(b"mine")
    with pytest.raises(UsageError, match="is there with another content"):
        unpack.unpack(archive(GOOD), tmp_path / "raw")
    assert mine.read_bytes() == b"mine"


@pytest.mark.parametrize(
    "name", ["../Test/Kiwi/1.jpg", "/Test/Kiwi/1.jpg", "Test/../../Kiwi/1.jpg", "Test\\..\\1.jpg", "C:/Test/Kiwi/1.jpg"]
)
def test_names_that_lead_out(archive, tmp_path, name):
    with pytest.raises(OrchardError, match="leads out of the directory"):
        unpack.unpack(archive({**GOOD, name: b"x"}), tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_links(archive, tmp_path):
    with pytest.raises(OrchardError, match="is no regular file"):
        unpack.unpack(archive({"Test/Kiwi/1.jpg": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777), tmp_path / "raw")


def test_bombs(archive, tmp_path, monkeypatch):
    with pytest.raises(OrchardError, match="a ZIP bomb"):
        unpack.unpack(archive({"Test/Kiwi/1.jpg": bytes(20 << 20)}), tmp_path / "raw")
    monkeypatch.setattr(unpack, "LARGEST", 4)
    with pytest.raises(OrchardError, match="a ZIP bomb"):
        unpack.unpack(archive(GOOD), tmp_path / "raw")


def test_damage(archive, tmp_path):
    path = archive({"Test/Kiwi/1.jpg": bytes(range(256)) * 9})
    content = bytearray(path.read_bytes())
    content[60] ^= 255
    path.write_bytes(content)
    with pytest.raises(OrchardError, match="is damaged"):
        unpack.unpack(path, tmp_path / "raw")
    assert not [entry for entry in (tmp_path / "raw").rglob("*") if entry.is_file()]


def test_no_data_set(archive, tmp_path):
    with pytest.raises(OrchardError, match="holds no photographs as"):
        unpack.unpack(archive({"a/b.jpg": b"x"}), tmp_path / "raw")


def test_the_whole_task(server, tmp_path, monkeypatch):
    server.manner.content = fruits(GOOD)
    monkeypatch.setattr(dataset, "DATA", tmp_path / "data")
    monkeypatch.setattr(dataset, "RAW", tmp_path / "data" / "raw")
    with pytest.raises(OrchardError, match="has the SHA-256"):
        dataset.get_published(config.load(archive=server.url, archive_sha256="0" * 64))
    said = dataset.get_published(config.load(archive=server.url))
    assert said[0].startswith("2 photographs are in")
    assert "2 new, 0 were there" in said[0]
