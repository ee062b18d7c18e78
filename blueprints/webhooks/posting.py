"""Handing one message over, to whatever listens there: slow, broken, endless, or not who it should be."""

import contextlib
import http.client
import io
import queue
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Thread
from typing import Any

from blueprints.webhooks.addressing import IP, Target, may_be_reached, read_url
from models import DeliveryFault
from models.webhook import LONGEST_ANSWER

CONNECT_S = 5.0
WITHIN_S = 15.0
"""All of it, however slowly the other side talks."""
WORDS_S = 2.0
"""How long the words of an answer are waited for, once its status is known."""
MOST_BYTES = 64 * 1024
"""No more of an answer is read, and no more of it than its beginning is kept."""
MOST_ADDRESSES = 4


class NotDelivered(Exception):
    def __init__(self, fault: DeliveryFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class ReceiverAnswer:
    status: int
    words: str
    """Its status line and the beginning of what it said, as one line that can be shown."""

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def post(url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool) -> ReceiverAnswer:
    """Redirects are not followed, and proxies not asked. Raises NotDelivered."""
    target, until = read_url(url), time.monotonic() + WITHIN_S
    try:
        addresses = _checked_addresses(target, until, allow_private=allow_private)
        with _secured(_dial(addresses, target.port, until), target, until) as sock:
            return _talk(_Line(sock, until), target, body, headers)
    except TimeoutError:
        fault = DeliveryFault.TIMED_OUT
    except ssl.SSLCertVerificationError:
        fault = DeliveryFault.BAD_CERTIFICATE
    except (http.client.HTTPException, TooMuch, ValueError):
        fault = DeliveryFault.NOT_HTTP
    except OSError:
        fault = DeliveryFault.UNREACHABLE
    raise NotDelivered(fault)


def look_up(host: str, port: int) -> list[str]:
    """Every address that the name stands for. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _checked_addresses(target: Target, until: float, *, allow_private: bool) -> list[IP]:
    """Asked once: it is these that are dialled, whatever the name says a moment later. One bad one spoils them all."""
    found = [ip_address(text.partition("%")[0]) for text in _looked_up_in_time(target, until)]
    if not found:
        raise NotDelivered(DeliveryFault.NO_SUCH_HOST)
    if not all(may_be_reached(address, allow_private=allow_private) for address in found):
        raise NotDelivered(DeliveryFault.PRIVATE_ADDRESS)
    return list(dict.fromkeys(found))[:MOST_ADDRESSES]


def _looked_up_in_time(target: Target, until: float) -> list[str]:
    """The system's own look-up knows no limit, so it is left behind when it takes too long."""
    answers: queue.Queue[list[str]] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(look_up(target.host, target.port))
        except (OSError, UnicodeError):
            answers.put([])

    Thread(target=ask, name="suki-look-up", daemon=True).start()
    try:
        return answers.get(timeout=_left(until, CONNECT_S))
    except queue.Empty:
        raise TimeoutError from None


def _left(until: float, most: float = WITHIN_S) -> float:
    """Seconds. Raises TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, most)


def _dial(addresses: list[IP], port: int, until: float) -> socket.socket:
    for address in addresses[:-1]:
        with contextlib.suppress(OSError):
            return socket.create_connection((str(address), port), timeout=_left(until, CONNECT_S))
    return socket.create_connection((str(addresses[-1]), port), timeout=_left(until, CONNECT_S))


def _secured(sock: socket.socket, target: Target, until: float) -> socket.socket:
    """The certificate has to be for the name that the owner wrote down."""
    if target.scheme == "http":
        return sock
    try:
        sock.settimeout(_left(until))
        return ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)
    except BaseException:
        sock.close()
        raise


class TooMuch(OSError):
    """The other side does not stop talking."""


class _Line(io.RawIOBase):
    """What http.client reads from and writes to. A socket's own limit begins anew with each byte that drips in; this
    one ends at a moment, and after so many bytes."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self.until, self._left = sock, until, MOST_BYTES

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            raise TooMuch
        self._sock.settimeout(_left(self.until))
        many = self._sock.recv_into(memoryview(buffer)[: self._left])
        self._left -= many
        return many

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(_left(self.until))
        self._sock.sendall(data)

    def close(self) -> None:
        """http.client closes it before it has read the answer; the socket is closed by whoever opened it."""


def _talk(line: _Line, target: Target, body: bytes, headers: Mapping[str, str]) -> ReceiverAnswer:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = line
    sent = {"Host": target.authority, "Content-Type": "application/json", "User-Agent": "Suki", "Connection": "close"}
    connection.request("POST", target.path, body=body, headers={**sent, **headers})
    response = connection.getresponse()
    said = b""
    line.until = min(line.until, time.monotonic() + WORDS_S)
    with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
        said = response.read1(4 * LONGEST_ANSWER)
    return ReceiverAnswer(
        response.status, _shown(f"{response.status} {response.reason} {said.decode(errors='replace')}")
    )


def _shown(text: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:LONGEST_ANSWER]
