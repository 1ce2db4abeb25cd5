"""A small S3 in memory that can be told to fail: ListObjectsV2, PutObject, GetObject, HeadObject, DeleteObjects.

It refuses bodies that are not what their SHA-256 says, counts what it confirms, and names ETags as S3 does, or with
`opaque` as in buckets encrypted with KMS. With a `region`, requests that are signed for another are refused as by S3.
"""

import base64
import hashlib
import re
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import boto3
from botocore.config import Config
from botocore.credentials import Credentials

from orchard.aws.door import through_door

PAGE = 1000
CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 2},
    s3={"addressing_style": "path"},
    proxies={},
    max_pool_connections=64,
)


class FakeS3:
    """The server; `fault(method, key, count)` returns (status, code), "drop", "hang", "close" or None for a request."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str, str]] = {}
        self.requests: Counter = Counter()
        self.confirmed: Counter = Counter()
        self.fault = lambda method, key, count: None
        self.opaque = False
        self.region = ""
        self.latency = 0.0
        self.lock = threading.Lock()
        self.connections = 0  # open ones; what came by them before a client's end is still done after it
        server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"s3": self}))
        self.server, self.url = server, f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def target(self, home: Path) -> SimpleNamespace:
        """A target as orchard.bucket needs it."""
        session = through_door(boto3.Session("a", "b", region_name="eu-west-3"))
        client = session.client("s3", endpoint_url=self.url, config=CONFIG)
        return SimpleNamespace(
            client=lambda _: client, credentials=lambda: Credentials("a", "b"), state_dir=home / "terraform", free=True
        )

    def put(self, key: str, body: bytes, sha256: str = "") -> str:
        md5 = hashlib.md5(body, usedforsecurity=False)
        if self.opaque:
            md5.update(str(time.monotonic_ns()).encode())
        etag = f'"{md5.hexdigest()}"'
        with self.lock:
            self.objects[key] = (body, etag, sha256)
            self.confirmed[key] += 1
        return etag

    def content(self) -> dict[str, bytes]:
        return {key: body for key, (body, _, _) in self.objects.items()}


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256  # with the usual 5 the kernel drops connections, and clients try again seconds later


class Handler(BaseHTTPRequestHandler):
    s3: FakeS3
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def setup(self):
        super().setup()
        self.rfile.raw._sock.settimeout(30)
        with self.s3.lock:
            self.s3.connections += 1

    def finish(self):
        with self.s3.lock:
            self.s3.connections -= 1
        super().finish()

    def answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if "Content-Length" not in (headers or {}):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, f"<Error><Code>{code}</Code><Message>told to</Message></Error>".encode())

    def handle_any(self):
        url = urlsplit(self.path)
        self.query = parse_qs(url.query, keep_blank_values=True)
        _, self.bucket, key = (*unquote(url.path).split("/", 2), "")[:3]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(self.s3.latency)
        with self.s3.lock:
            self.s3.requests[self.command] += 1
            count = self.s3.requests[self.command]
        fault = self.s3.fault(self.command, key, count)
        if fault == "hang":
            time.sleep(2)
        if fault == "close":
            self.close_connection = True  # after this answer, without a word
        elif fault in ("drop", "hang"):
            self.close_connection = True
            return None
        if isinstance(fault, tuple):
            return self.refuse(*fault)
        if self.s3.region and f"/{self.s3.region}/s3/" not in self.headers["Authorization"]:
            said = f"<Code>AuthorizationHeaderMalformed</Code><Region>{self.s3.region}</Region>"
            return self.answer(400, f"<Error>{said}</Error>".encode(), {"x-amz-bucket-region": self.s3.region})
        if self.bucket == "missing":
            return self.refuse(404, "NoSuchBucket")
        return getattr(self, f"on_{self.command.lower()}")(key, body)

    do_GET = do_PUT = do_HEAD = do_POST = handle_any  # noqa: N815

    def on_put(self, key, body):
        sha256 = self.headers.get("x-amz-checksum-sha256", "")
        if sha256 and base64.b64encode(hashlib.sha256(body).digest()).decode() != sha256:
            return self.refuse(400, "BadDigest")
        return self.answer(200, headers={"ETag": self.s3.put(key, body, sha256)})

    def on_head(self, key, _):
        if not key:
            return self.answer(200, headers={"x-amz-bucket-region": self.s3.region or "eu-west-3"})
        if key not in self.s3.objects:
            return self.answer(404)
        body, etag, sha256 = self.s3.objects[key]
        checksum = {"x-amz-checksum-sha256": sha256, "x-amz-checksum-type": "FULL_OBJECT"} if sha256 else {}
        return self.answer(200, headers={"ETag": etag, "Content-Length": str(len(body)), **checksum})

    def on_get(self, key, _):
        if not key:
            return self.listing()
        if key not in self.s3.objects:
            return self.refuse(404, "NoSuchKey")
        body, etag, _ = self.s3.objects[key]
        if self.headers.get("If-Match", etag) != etag:
            return self.refuse(412, "PreconditionFailed")
        if found := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", "")):
            first = int(found[1])
            headers = {"ETag": etag, "Content-Range": f"bytes {first}-{len(body) - 1}/{len(body)}"}
            return self.answer(206, body[first:], headers)
        return self.answer(200, body, {"ETag": etag})

    def listing(self):
        prefix, delimiter = self.query.get("prefix", [""])[0], self.query.get("delimiter", [""])[0]
        after = self.query.get("continuation-token", [""])[0]
        with self.s3.lock:
            keys = sorted((k for k in self.s3.objects if k.startswith(prefix)), key=str.encode)
        if delimiter:
            folders = sorted({prefix + k[len(prefix) :].split("/")[0] + "/" for k in keys if "/" in k[len(prefix) :]})
            entries = "".join(f"<CommonPrefixes><Prefix>{quote(f)}</Prefix></CommonPrefixes>" for f in folders)
            return self.answer(200, f"<ListBucketResult>{entries}</ListBucketResult>".encode())
        keys = [key for key in keys if key > after]
        entries = "".join(
            f"<Contents><Key>{quote(key)}</Key><Size>{len(self.s3.objects[key][0])}</Size>"
            f"<ETag>{escape(self.s3.objects[key][1])}</ETag></Contents>"
            for key in keys[:PAGE]
        )
        more = len(keys) > PAGE
        token = f"<NextContinuationToken>{escape(keys[PAGE - 1])}</NextContinuationToken>" if more else ""
        page = f"<IsTruncated>{str(more).lower()}</IsTruncated><EncodingType>url</EncodingType>{token}{entries}"
        return self.answer(200, f"<ListBucketResult>{page}</ListBucketResult>".encode())

    def on_post(self, _key, body):
        for key in re.findall(rb"<Key>(.*?)</Key>", body):
            self.s3.objects.pop(key.decode().replace("&amp;", "&"), None)
        return self.answer(200, b"<DeleteResult></DeleteResult>")
