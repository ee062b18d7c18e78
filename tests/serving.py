"""The shop of a test on a free port of this machine, for a real browser to walk into."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class Quiet(WSGIRequestHandler):
    def log(self, *_words: object) -> None:
        pass


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of the shop, such as http://127.0.0.1:49152."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    app.config["BASE_URL"] = f"http://127.0.0.1:{server.port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app.config["BASE_URL"]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    with serving(app) as address:
        yield address
