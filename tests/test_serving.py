"""The real server in a process of its own: when it refuses to start, and how it stops."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from blueprints import schema
from blueprints.settings.opening import open_store
from models import Language, db
from tests.conftest import make_app

PATIENCE = 60


@pytest.fixture
def folder(tmp_path):
    """Of a store that has just been set up."""
    app = make_app(tmp_path)
    with app.app_context():
        schema.bring_up_to_date()
        open_store(name="Aling Nena’s", currency="PHP", timezone="Asia/Manila", language=Language.ENGLISH)
        db.engine.dispose()
    return tmp_path


@pytest.fixture
def serve():
    started = []

    def start(folder, **settings):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        env = {**os.environ, "FLASK_INSTANCE_PATH": str(folder), "FLASK_RUN_PORT": str(port), **settings}
        command = [sys.executable, "-m", "flask", "--app", "app", "serve"]
        server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(server)
        return server, f"http://127.0.0.1:{port}"

    yield start
    for server in started:
        server.kill()
        server.communicate()


def wait_for(url):
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return urllib.request.urlopen(url, timeout=PATIENCE)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def last_words(server):
    said, _ = server.communicate(timeout=PATIENCE)
    return said.strip()


def test_without_a_store_it_says_how_to_make_one(serve, tmp_path):
    server, _ = serve(tmp_path)
    assert last_words(server) == "There is no store yet. Make one with: flask init"
    assert server.returncode == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"FLASK_SECRET_KEY": "dev"}, "FLASK_SECRET_KEY is too weak"),
        ({"FLASK_BASE_URL": "http://shop.example.com"}, "it must begin with https://"),
        ({"FLASK_BASE_URL": "shop.example.com"}, "it looks like https://"),
        ({"FLASK_BASE_URL": "https://shop.example.com", "FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
    ],
)
def test_an_unsafe_setting_stops_the_start_with_one_line(serve, folder, settings, words):
    server, _ = serve(folder, **settings)
    said = last_words(server)
    assert words in said
    assert len(said.splitlines()) == 1
    assert server.returncode == 1


def test_it_serves_and_stops_in_order_when_told_to(serve, folder):
    server, address = serve(folder)
    with wait_for(f"{address}/healthz") as answer:
        assert answer.status == 200
        assert answer.headers["Server"] is None
    server.send_signal(signal.SIGTERM)
    assert "Suki is at" in last_words(server)
    assert server.returncode == 0


def test_its_key_is_made_once_and_readable_by_nobody_else(serve, folder):
    for _ in range(2):
        server, address = serve(folder)
        wait_for(f"{address}/healthz").close()
        server.terminate()
        last_words(server)
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len({path.read_text() for path in folder.glob("secret_key*")}) == 1
