"""A real mail server on this computer, which keeps what it gets and can be told to behave badly."""

import asyncio
import contextlib
import email
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


@dataclass(frozen=True)
class Delivered:
    """One letter as it came over the line, with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes

    @cached_property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.data, policy=policy.SMTP)

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        return self.message.get_body((kind,)).get_content().replace("\r\n", "\n")


class PostOffice:
    """`mode`: ok, or one of the misbehaviours below. `refuse`: what some recipients are answered."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.mode = "ok"
        self.refuse: dict[str, str] = {}
        self.letters: list[Delivered] = []
        self.connections = 0
        self.before_250: Callable[[], object] = lambda: None
        self.port = free_port()
        self._controller: Controller | None = None

    def open(self) -> None:
        office = self

        class Counting(SMTP):
            def connection_made(self, transport: Any) -> None:
                office.connections += 1
                super().connection_made(transport)

        class Quiet(Controller):
            def factory(self) -> SMTP:
                return Counting(self.handler, enable_SMTPUTF8=False, tls_context=office.tls)

        self._controller = Quiet(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self.connections = 0  # the controller tried the line itself

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.mode == "421":
            return "421 4.3.2 closing for the night"
        if self.mode == "login":
            return "530 5.7.0 log in first"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.mode in ("hang", "slow"):
            await asyncio.sleep(60 if self.mode == "hang" else 0.1)
        if self.mode == "reset":
            server.transport.abort()
            return "250 nobody hears this"
        if self.mode == "garbage":
            return "mabuhay! this is no answer"
        if self.mode == "refuse":
            return "554 5.7.1 it looks like spam"
        if self.mode == "later":
            return "451 4.7.1 greylisted, come back"
        self.letters.append(Delivered(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        if self.mode == "drop":
            server.transport.abort()
        self.before_250()
        return f"250 2.0.0 Ok: queued as {len(self.letters):04}"

    @property
    def ids(self) -> list[str]:
        return [letter.message["Message-ID"] for letter in self.letters]


class Mumbler:
    """Answers every connection with the same bytes, slowly, and says nothing else."""

    def __init__(self, words: bytes, *, pause_s: float = 0.0) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._words, self._pause_s = words, pause_s
        self.has_said_all = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                for byte in self._words:
                    connection.sendall(bytes([byte]))
                    if self._pause_s and self._over.wait(self._pause_s):
                        return
                self.has_said_all = True
                connection.settimeout(2)
                connection.recv(1024)

    def close(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(3)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
