"""A browser without a window: one connection that stays open, and the cookies it was given."""

import html
import re
import socket
import time
from dataclasses import dataclass
from urllib.parse import urlencode

_CHUNK = 1 << 18
IDLE_S = 10.0
"""After which a new connection is opened: the server closes one on which nothing is asked."""
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: ([^=]+)=([^;\r]*)", re.IGNORECASE)
_HIDDEN = re.compile(r'<input[^>]* type="hidden"[^>]*>')


class Unexpected(Exception):
    """An answer that the benchmark did not count on: what it measured would not be what it says."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    took_s: float

    @property
    def text(self) -> str:
        return self.body.decode()


class Client:
    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.cookies = dict(cookies or {})
        self._port = port
        self._connect()

    def _connect(self) -> None:
        self._connection = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._used_at = time.monotonic()

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str) -> Answer:
        """Raises Unexpected unless the page is there."""
        return self._exchange(self.request(path), 200)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Raises Unexpected unless it is done."""
        form = urlencode(fields).encode()
        head = f"POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}"
        return self._exchange(self._with_headers(head) + form, 303)

    def request(self, path: str) -> bytes:
        return self._with_headers(f"GET {path} HTTP/1.1")

    def sign_in(self, email: str, password: str) -> None:
        """As everybody does: through the form."""
        fields = hidden_fields(self.get("/login").text)
        self.post("/login", {**fields, "email": email, "password": password})

    def _with_headers(self, head: str) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return f"{head}\r\nHost: 127.0.0.1:{self._port}\r\nCookie: {cookies}\r\n\r\n".encode()

    def _exchange(self, request: bytes, expected: int) -> Answer:
        if time.monotonic() - self._used_at > IDLE_S:
            self.close()
            self._connect()
        began = time.perf_counter()
        head, body = exchange(self._connection, request)
        took_s = time.perf_counter() - began
        self._used_at = time.monotonic()
        status = int(head[9:12])
        if status != expected:
            raise Unexpected(f"{request.splitlines()[0].decode()}: {status} instead of {expected}")
        self.cookies |= {name.decode(): value.decode() for name, value in _COOKIE.findall(head)}
        return Answer(status, body, took_s)


def exchange(connection: socket.socket, request: bytes) -> tuple[bytes, bytes]:
    """Sends it and reads the answer, head and body, no further: the connection is then free for the next."""
    connection.sendall(request)
    head, body = b"", b""
    while not body and b"\r\n\r\n" not in head:
        head += _received(connection)
    head, _, body = head.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    if length is None:
        raise Unexpected(f"an answer without a length: {head!r}")
    while len(body) < int(length[1]):
        body += _received(connection)
    return head, body


def _received(connection: socket.socket) -> bytes:
    piece = connection.recv(_CHUNK)
    if not piece:
        raise Unexpected("the server closed the connection")
    return piece


def hidden_fields(page: str) -> dict[str, str]:
    """Of all its forms, with the token that each of them carries."""
    fields = {}
    for tag in _HIDDEN.findall(page):
        name, value = (re.search(rf' {attribute}="([^"]*)"', tag) for attribute in ("name", "value"))
        if name:
            fields[name[1]] = html.unescape(value[1]) if value else ""
    return fields
