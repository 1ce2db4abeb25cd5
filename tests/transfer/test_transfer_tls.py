"""The Common Runtime's engine over TLS. (That it refuses other servers is its own: it takes up to 30 s to say so.)"""

import datetime
import ipaddress
import ssl
from types import SimpleNamespace

import pytest
from awscrt.io import TlsContextOptions
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fake_s3 import FakeS3

from orchard.aws.bucket import Bucket
from orchard.photographs import upload
from orchard.transfer import crt_engine, engine


@pytest.fixture
def certificate(tmp_path):
    """A certificate for 127.0.0.1 that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    path = tmp_path / "server.pem"
    private = key.private_bytes(serialization.Encoding.PEM, plain[1], plain[0])
    public = made.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(private + public)
    (tmp_path / "authority.pem").write_bytes(public)
    return path


@pytest.fixture
def s3(certificate):
    server = FakeS3()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server.server.socket = context.wrap_socket(server.server.socket, server_side=True, do_handshake_on_connect=False)
    server.url = server.url.replace("http:", "https:")
    yield server
    server.server.shutdown()


@pytest.fixture
def sending(s3, tmp_path, monkeypatch):
    """Upload a few photographs by the Common Runtime; boto3, which lists, trusts the server in any case."""
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    monkeypatch.setattr(upload, "PAUSES", ())
    monkeypatch.setattr(crt_engine, "TRIES", 1)
    monkeypatch.setattr(engine.Endpoint, "direct", True)
    data = tmp_path / "fruits"
    (data / "Test" / "Kiwi").mkdir(parents=True)
    for number in range(20):
        (data / "Test" / "Kiwi" / f"{number}.jpg").write_bytes(bytes(range(number + 1)))
    store = Bucket(s3.target(tmp_path / "state"), "bucket")
    return SimpleNamespace(run=lambda: upload.run(data, store), data=data)


def test_a_trusted_server_gets_everything(s3, sending, certificate, monkeypatch):
    def trusting():
        options = TlsContextOptions()
        options.override_default_trust_store_from_path(ca_filepath=str(certificate.with_name("authority.pem")))
        return options

    monkeypatch.setattr(crt_engine, "TlsContextOptions", trusting)
    assert sending.run().sent == 20
    assert len(s3.objects) == 20
