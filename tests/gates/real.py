"""The real server on a port of this machine, and callers who speak HTTP with it over a socket of their own."""

import http.client
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from urllib.parse import urlencode

from flask import Flask

from blueprints.serving import server_of
from tests.people import signed_in

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def waitress(app: Flask) -> Iterator[int]:
    """Its port. The server is that of `flask serve`; it stands in this process, so that a control can reach into it."""
    server = server_of(app, "127.0.0.1", 0)
    app.config["BASE_URL"] = f"http://127.0.0.1:{server.effective_port}"
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        # Its loop ends when nothing is left to listen to; what it listens to is closed by itself.
        server.trigger.pull_trigger(lambda: [channel.close() for channel in list(server._map.values())])
        thread.join(10)
        server.task_dispatcher.shutdown()


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    text: str
    seconds: float


class Caller:
    """Keeps its connection, its cookie and the token that belongs to it. `source`: where it calls from, in 127/8."""

    def __init__(self, port: int, *, cookie: tuple[str, str] | None = None, source: str = "127.0.0.1") -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
        self.cookies = dict([cookie] if cookie else [])
        self.token = ""

    def get(self, url: str) -> Reply:
        return self._ask("GET", url, None)

    def post(self, url: str, **fields: str) -> Reply:
        return self._ask("POST", url, urlencode({"csrf_token": self.token, **fields}))

    def _ask(self, method: str, url: str, body: str | None) -> Reply:
        cookies = {"Cookie": "; ".join(map("=".join, self.cookies.items()))} if self.cookies else {}
        began = time.perf_counter()
        self.line.request(method, url, body, {**cookies, **(FORM if body else {})})
        answer = self.line.getresponse()
        text = answer.read().decode()
        for header in answer.headers.get_all("Set-Cookie", []):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        _, found, after = text.partition('name="csrf_token"')
        if found:
            self.token = after.partition('value="')[2].partition('"')[0]
        return Reply(answer.status, answer.headers, text, time.perf_counter() - began)


@contextmanager
def callers(app: Flask, port: int, names: Iterable[str]) -> Iterator[list[Caller]]:
    """People who signed in a moment ago, and have read a page."""
    people = [_caller(app, port, name) for name in names]
    try:
        yield people
    finally:
        for call in people:
            call.line.close()


def _caller(app: Flask, port: int, name: str) -> Caller:
    visitor = signed_in(app, name)
    found = visitor.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert found is not None
    call = Caller(port, cookie=(found.key, found.value))
    assert call.get("/help/").status == 200
    return call
