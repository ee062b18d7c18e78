"""A real web server on this computer, which keeps what it is told and can be told to behave badly."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Told:
    """One request as it came over the line."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def type(self) -> str:
        return str(json.loads(self.body)["type"])

    @property
    def data(self) -> dict[str, Any]:
        return dict(json.loads(self.body)["data"])

    def verified(self, secret: str) -> Any:
        """By the library of the Standard Webhooks. Raises WebhookVerificationError."""
        return Webhook(secret).verify(self.body, self.headers)


Behaviour = Callable[["Receiver", socket.socket], None]


class Receiver:
    """`behave`: what it does once it has read a request; `script`: what it does first, one after the other."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.told: list[Told] = []
        self.script: list[Behaviour] = []
        self.behave: Behaviour = answer("204 No Content")
        self.connections = 0
        self.is_deaf = False
        self.sent = 0
        self.over = threading.Event()
        self.before_answer: Callable[[], object] = lambda: None
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self, path: str = "/hooks") -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}{path}"

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._attend, args=[connection], daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(10)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                if self.is_deaf:
                    self.over.wait(10)
                    return
                self.told.append(_read(connection))
                self.before_answer()
                (self.script.pop(0) if self.script else self.behave)(self, connection)

    def close(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def ids(self) -> list[str]:
        return [told.id for told in self.told]

    @property
    def types(self) -> list[str]:
        return [told.type for told in self.told]


def _read(connection: socket.socket) -> Told:
    with connection.makefile("rb") as file:
        line = file.readline().decode().strip()
        headers: dict[str, str] = {}
        while (header := file.readline().decode().strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        return Told(line, headers, file.read(int(headers["content-length"])))


def answer(status: str, body: bytes = b"", **headers: str) -> Behaviour:
    def behave(_receiver: Receiver, connection: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    return behave


def raw(words: bytes) -> Behaviour:
    return lambda _receiver, connection: connection.sendall(words)


def hang(receiver: Receiver, connection: socket.socket) -> None:
    """Says nothing, and does not hang up either."""
    receiver.over.wait(10)


def drip(before: bytes = b"") -> Behaviour:
    """A byte now and then: each one comes sooner than the limit of a single read."""

    def behave(receiver: Receiver, connection: socket.socket) -> None:
        connection.sendall(before)
        while not receiver.over.wait(0.02):
            connection.sendall(b"x")

    return behave


def endless(before: bytes, piece: bytes) -> Behaviour:
    """A gigabyte, for whoever reads it."""

    def behave(receiver: Receiver, connection: socket.socket) -> None:
        connection.sendall(before)
        while receiver.sent < 1024**3 and not receiver.over.is_set():
            receiver.sent += connection.send(piece)

    return behave


def reset(_receiver: Receiver, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
