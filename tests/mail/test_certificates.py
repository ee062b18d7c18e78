"""Passwords and mail go only to a server that can show who it is."""

import shutil
import ssl
import subprocess

import pytest

from tests.mail.desk import MailDesk
from tests.mail.server import PostOffice


@pytest.fixture
def impostor(tmp_path):
    """A server with a certificate that it wrote for itself."""
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes the certificate, is not here")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run([*made, *names, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    office = PostOffice(tls=context)
    office.open()
    office.certificate = certificate
    yield office
    office.close()


def test_a_server_that_vouches_for_itself_gets_nothing(open_app, impostor):
    desk = MailDesk(open_app(MAIL_PORT=impostor.port, MAIL_USE_TLS=True))
    email = desk.queue()
    assert desk.deliver() == {"unreachable": 1}
    assert impostor.letters == []
    assert "certificate verify failed" in desk.again(email).answer


def test_a_server_that_somebody_vouches_for_gets_it(open_app, impostor, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(impostor.certificate))
    desk = MailDesk(open_app(MAIL_PORT=impostor.port, MAIL_USE_TLS=True))
    desk.queue()
    assert desk.deliver() == {"sent": 1}
