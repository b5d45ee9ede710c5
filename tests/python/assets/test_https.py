"""Downloads over TLS: a certificate that is trusted, and one that is not."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from img2prompt.assets.cards import WeightsFile
from img2prompt.assets.download import NoConnection, download

from .server import Server, content_of, whole
from .test_download import LIMITS

CONTENT = content_of(50_000)


@pytest.fixture
def certificate(tmp_path) -> Path:
    """A certificate for localhost that only those trust who are told to."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    path = tmp_path / "localhost.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(path), "-out", str(tmp_path / "public.pem")),
        ],
        check=True,
        capture_output=True,
    )
    with open(path, "a") as file:
        file.write((tmp_path / "public.pem").read_text())
    return path


@pytest.fixture
def https(certificate) -> Server:
    made = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    made.answer(whole(CONTENT))
    yield made
    made.close()


def test_a_trusted_server_is_read_and_another_is_not(https, certificate, tmp_path, monkeypatch):
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    url = f"https://localhost:{https.server_port}/w"
    file = WeightsFile("w", url=url, size=len(CONTENT), sha256=sha256)
    with pytest.raises(NoConnection, match="certificate verify failed"):
        download(file, tmp_path / "w", limits=LIMITS)
    assert https.requests == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("public.pem")))
    assert download(file, tmp_path / "w", limits=LIMITS).read_bytes() == CONTENT
