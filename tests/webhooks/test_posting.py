"""Receivers that fail, hang, redirect, drip, or do not stop talking: each costs a bounded time and little memory."""

import ssl
import subprocess
import tracemalloc

import pytest

from blueprints.webhooks import posting
from blueprints.webhooks.posting import NotDelivered, post
from models import DeliveryFault
from tests.webhooks.receiver import answer, drip, endless, hang, raw, reset

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def hurried(monkeypatch):
    """The whole of a try takes no longer than a moment."""
    monkeypatch.setattr(posting, "WITHIN_S", 0.4)
    monkeypatch.setattr(posting, "WORDS_S", 0.1)


def tell(receiver, **more):
    return post(receiver.url(), b"{}", {"webhook-id": "msg_1"}, **{"allow_private": True, **more})


def fault(receiver, **more):
    with pytest.raises(NotDelivered) as refusal:
        tell(receiver, **more)
    return refusal.value.fault


def test_what_is_sent_is_one_plain_post(receiver):
    told = tell(receiver)
    assert (told.status, told.is_taken) == (204, True)
    [request] = receiver.told
    assert request.line == "POST /hooks HTTP/1.1"
    assert request.body == b"{}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", ["201 Created", "299 Strange"])
def test_anything_from_200_on_is_taken(receiver, status):
    receiver.behave = answer(status, b"thanks \x1b[31m\x00for it\r\n\xff")
    told = tell(receiver)
    assert told.is_taken
    assert told.words == f"{status} thanks [31m for it �"


@pytest.mark.parametrize("status", ["300 Many", "400 Bad Request", "404 Not Found", "500 Oh no", "101 Switching"])
def test_anything_else_is_not(receiver, status):
    receiver.behave = answer(status)
    assert not tell(receiver).is_taken


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver, open_receiver, status):
    other = open_receiver()
    receiver.behave = answer(f"{status} Elsewhere", Location=other.url())
    told = tell(receiver)
    assert (told.status, told.is_taken) == (status, False)
    assert other.connections == 0


@pytest.mark.parametrize(
    "behave",
    [hang, drip(), drip(b"HTTP/1.1 200 OK\r\nX-"), raw(b"HTTP/1.1 100 Continue\r\n\r\n")],
    ids=["silence", "a dripping status", "a dripping header", "only a promise"],
)
def test_who_does_not_come_to_a_status_is_not_waited_for(receiver, hurried, behave):
    receiver.behave = lambda *given: (behave(*given), hang(*given))
    assert fault(receiver) is DeliveryFault.TIMED_OUT


@pytest.mark.parametrize("before", [b"\r\n", b"Content-Length: 9999\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
def test_once_the_status_is_there_a_dripping_body_changes_nothing(receiver, hurried, before):
    receiver.behave = drip(OK + before)
    assert tell(receiver).is_taken


@pytest.mark.parametrize(
    ("before", "piece", "taken"),
    [
        (OK + b"\r\n", b"x" * 65536, True),
        (b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + b"x" * 0x4000 + b"\r\n", False),
    ],
)
def test_a_gigabyte_is_not_read(receiver, before, piece, taken):
    receiver.behave = endless(before, piece)
    tracemalloc.start()
    told = tell(receiver)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told.is_taken is taken
    assert len(told.words) <= 200
    assert receiver.sent < 64 * 1024**2  # what the system itself keeps of a line
    assert most < 2 * 1024**2


@pytest.mark.parametrize("piece", [b"x" * 65536, b"X-More: " + b"y" * 1000 + b"\r\n"])
def test_nor_are_headers_without_an_end(receiver, piece):
    receiver.behave = endless(OK, piece)
    assert fault(receiver) is DeliveryFault.NOT_HTTP
    assert receiver.sent < 64 * 1024**2


def test_nor_are_more_headers_than_anybody_needs(receiver):
    """Few enough of them, and each short enough, for the standard library."""
    receiver.behave = raw(OK + (b"X-More: " + b"y" * 10_000 + b"\r\n") * 20 + b"\r\n")
    assert fault(receiver) is DeliveryFault.NOT_HTTP


@pytest.mark.parametrize("words", [b"", b"SSH-2.0-OpenSSH_9.9\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 100])
def test_what_speaks_something_else_took_nothing(receiver, words):
    receiver.behave = raw(words)
    assert fault(receiver) is DeliveryFault.NOT_HTTP


def test_a_line_that_breaks_took_nothing(receiver):
    receiver.behave = reset
    assert fault(receiver) is DeliveryFault.UNREACHABLE


def test_nobody_there(receiver):
    receiver.close()
    assert fault(receiver) is DeliveryFault.UNREACHABLE


def test_a_look_up_that_hangs_is_left_behind(receiver, hurried, monkeypatch):
    monkeypatch.setattr(posting, "look_up", lambda *_: receiver.over.wait(10) and [])
    assert fault(receiver) is DeliveryFault.TIMED_OUT


def test_proxies_of_the_environment_are_not_asked(receiver, open_receiver, monkeypatch):
    proxy = open_receiver()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url(""))
    assert tell(receiver).is_taken
    assert (receiver.connections, proxy.connections) == (1, 0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """One that a server wrote for itself: for 127.0.0.1, and no other name."""
    folder = tmp_path_factory.mktemp("tls")
    key, written = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, *names, "-keyout", key, "-out", written], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(written, key)
    return written, context


def test_a_certificate_that_nobody_vouches_for_gets_nothing(open_receiver, certificate):
    receiver = open_receiver(tls=certificate[1])
    assert fault(receiver) is DeliveryFault.BAD_CERTIFICATE
    assert receiver.told == []


def test_nor_one_for_another_name(open_receiver, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    receiver = open_receiver(tls=certificate[1])
    assert tell(receiver).is_taken
    with pytest.raises(NotDelivered) as refusal:
        post(f"https://localhost:{receiver.port}/", b"{}", {}, allow_private=True)
    assert refusal.value.fault is DeliveryFault.BAD_CERTIFICATE
    assert len(receiver.told) == 1


def test_a_handshake_that_hangs_is_left(receiver, hurried):
    receiver.is_deaf = True
    with pytest.raises(NotDelivered) as refusal:
        post(receiver.url().replace("http:", "https:"), b"{}", {}, allow_private=True)
    assert refusal.value.fault is DeliveryFault.TIMED_OUT
