"""The real server in a process of its own: when it refuses to start, and how it stops."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from flask.cli import run_command

from app import create_app
from blueprints import background
from blueprints.serving import refuse_to_serve
from models import db
from tests import storing
from tests.conftest import make_app
from tests.mail.conftest import post_office  # noqa: F401 (the fixture)
from tests.mail.desk import MailDesk
from tests.orders.books import later
from tests.people import signed_in
from tests.shop import Shop
from tests.storing import Outsider, copy_shop
from tests.support.inside import open_window, window_of

ROOT = Path(__file__).parent.parent
PATIENCE = 60
SERVE = ("flask", "--app", "app", "serve")
WORK = (*SERVE[:-1], "work")
RUN = (*SERVE[:-1], "run")


@pytest.fixture
def folder(opened, tmp_path):
    """Of a store that has just been set up."""
    copy_shop(opened, tmp_path / "suki.db")
    return tmp_path


@pytest.fixture
def serve():
    started = []

    def start(folder, *, module=SERVE, **settings):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        env = {
            **os.environ,
            "FLASK_INSTANCE_PATH": str(folder),
            "FLASK_RUN_PORT": str(port),
            "FLASK_SQLALCHEMY_DATABASE_URI": storing.address(folder / "suki.db"),
            **settings,
        }
        command = [sys.executable, "-m", *module]
        server = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
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


WRONG_OR_UNSAFE = [
    ({"FLASK_SECRET_KEY": "dev"}, "FLASK_SECRET_KEY is too weak"),
    ({"FLASK_BASE_URL": "http://shop.example.com"}, "it must begin with https://"),
    ({"FLASK_BASE_URL": "shop.example.com"}, "it looks like https://"),
    ({"FLASK_BASE_URL": "http://[::1"}, "it looks like https://"),
    ({"FLASK_BASE_URL": "https://shop.example.com", "FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
    ({"FLASK_MAIL_USE_SSL": "False"}, "FLASK_MAIL_USE_SSL is 'False'; it looks like true or false"),
    ({"FLASK_DELIVER_IN_PROCESS": "off"}, "FLASK_DELIVER_IN_PROCESS is 'off'; it looks like true or false"),
    ({"FLASK_BACKUP_EVERY_HOURS": "24h"}, "FLASK_BACKUP_EVERY_HOURS is '24h'; it looks like 24"),
    ({"FLASK_TRUSTED_HOSTS": "www.example.com"}, 'it looks like ["www.example.com"]'),
    ({"FLASK_PERMANENT_SESSION_LIFETIME": "1 h"}, "FLASK_PERMANENT_SESSION_LIFETIME is '1 h'; it looks like 3600"),
    ({"FLASK_SQLALCHEMY_DATABASE_URI": "sqlite:////nowhere/at/all.db"}, "can’t be had: unable to open"),
    ({"FLASK_SQLALCHEMY_DATABASE_URI": "postgres://suki@127.0.0.1:1/suki"}, "can’t be had: connection"),
]


def begin_to_serve(folder):
    app = create_app({"INSTANCE_PATH": folder})
    with app.app_context():
        try:
            refuse_to_serve(app)
        finally:
            db.engine.dispose()


@pytest.mark.parametrize(("settings", "words"), WRONG_OR_UNSAFE)
def test_a_setting_that_is_wrong_or_unsafe_is_refused_with_one_line(folder, monkeypatch, settings, words):
    monkeypatch.setenv("FLASK_SQLALCHEMY_DATABASE_URI", storing.address(folder / "suki.db"))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as refused:
        begin_to_serve(folder)
    assert words in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(("settings", "words"), [WRONG_OR_UNSAFE[0], WRONG_OR_UNSAFE[-1]])
def test_the_server_does_not_start_and_says_that_line(serve, folder, settings, words):
    server, _ = serve(folder, **settings)
    said = last_words(server)
    assert words in said
    assert len(said.splitlines()) == 1
    assert server.returncode == 1


def test_settings_of_each_kind_are_taken(serve, folder):
    given = {
        "TRUSTED_PROXIES": "1",
        "MAIL_USE_TLS": "1",
        "TEMPLATES_AUTO_RELOAD": "false",
        "TRUSTED_HOSTS": '["shop.test"]',
    }
    seconds = {"PERMANENT_SESSION_LIFETIME": "3600", "WTF_CSRF_TIME_LIMIT": "null"}
    settings = {f"FLASK_{name}": value for name, value in {**given, **seconds}.items()}
    worker, _ = serve(folder, module=(*WORK, "--once"), **settings)
    assert "looks like" not in last_words(worker)
    assert worker.returncode == 0


def test_it_serves_and_stops_in_order_when_told_to(serve, folder):
    server, address = serve(folder)
    with wait_for(f"{address}/healthz") as answer:
        assert answer.status == 200
        assert answer.headers["Server"] is None
    server.send_signal(signal.SIGTERM)
    assert "Suki is at" in last_words(server)
    assert server.returncode == 0


@pytest.mark.parametrize("module", [SERVE, RUN], ids=["serve", "run"])
def test_mail_leaves_whichever_server_serves(serve, folder, post_office, module):  # noqa: F811 (the fixture)
    MailDesk(make_app(folder)).queue()
    settings = {"SERVER": "127.0.0.1", "PORT": str(post_office.port), "DEFAULT_SENDER": "shop@example.com"}
    serve(folder, module=module, **{f"FLASK_MAIL_{name}": value for name, value in settings.items()})
    until = time.monotonic() + PATIENCE
    while not post_office.letters:
        assert time.monotonic() < until, "no mail left"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("words", "is_the_other", "settings", "begins"),
    [
        ([], False, {}, True),
        (["--reload"], False, {}, False),  # it only watches, and starts another
        (["--reload"], True, {}, True),
        ([], False, {"DELIVER_IN_PROCESS": False}, False),
    ],
)
def test_flask_run_begins_the_work_where_it_serves(folder, monkeypatch, words, is_the_other, settings, begins):
    begun = []
    monkeypatch.setenv("WERKZEUG_RUN_MAIN", "true" if is_the_other else "")
    monkeypatch.setattr(background, "start", begun.append)
    with run_command.make_context("run", words):
        app = make_app(folder, **settings)
    assert begun == [app] * begins


def test_flask_run_without_a_store_has_a_page_that_says_how_to_make_one(serve, tmp_path):
    server, address = serve(tmp_path, module=RUN)
    wait_for(f"{address}/healthz").close()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address, timeout=PATIENCE)
    assert (refused.value.code, "flask init" in refused.value.read().decode()) == (503, True)
    server.terminate()
    assert "no mail leaves. There is no store yet. Make one with: flask init" in last_words(server)


def test_its_key_is_made_once_and_readable_by_nobody_else(serve, folder):
    for _ in range(2):
        server, address = serve(folder)
        wait_for(f"{address}/healthz").close()
        server.terminate()
        last_words(server)
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len({path.read_text() for path in folder.glob("secret_key*")}) == 1


def test_what_needs_no_page_is_all_done_by_one_command_of_a_timer(serve, folder):
    shop = Shop(make_app(folder))
    with later(hours=-2):
        sam, order = signed_in(shop.app, "sam"), shop.booked_order()
        asked = sam.post(f"/support/tickets/new?order={order.id}", reason="Wrong address")
        ticket = int(asked.location.rpartition("/")[2])
        open_window(sam, ticket, hours="1")
    worker, _ = serve(folder, module=(*WORK, "--once"))
    assert "ERROR" not in last_words(worker)
    assert worker.returncode == 0
    assert window_of(shop, ticket).end == "expired"
    if not storing.ON_POSTGRES:
        assert [*(folder / "backups").glob("*.db")], "a backup is due"
    with shop.app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(("module", "first_words"), [(SERVE, "Suki is at http"), (WORK, "Suki is at work")])
def test_it_reads_nothing_all_the_while(serve, folder, module, first_words):
    """Else what was erased would stay in the file, and its log grow, until somebody stops it."""
    server, _ = serve(folder, module=module)
    assert first_words in server.stdout.readline()
    with Outsider(folder / "suki.db") as outsider:
        outsider.run("UPDATE store SET name = 'Aling Nena’s Store'")
        until = time.monotonic() + PATIENCE
        while outsider.somebody_reads():
            assert time.monotonic() < until
            time.sleep(0.1)


def odd_requests():
    """Such as no browser sends: the line and the headers, the body, and the status that they end with."""
    form = "Content-Type: application/x-www-form-urlencoded"
    many = "&".join(f"f{number}=x" for number in range(20_000))
    yield "GET /login HTTP/1.1", ["Host: evil.example"], "", 400
    yield "GET /login HTTP/1.1", ["Host: {host}", "Host: evil.example"], "", 400
    yield "GET /login HTTP/1.1", ["Host: evil.example", "Host: {host}"], "", 400
    yield "GET /login HTTP/1.1", [], "", 400
    yield "GET http://evil.example/ HTTP/1.1", ["Host: {host}"], "", 303
    yield "GET / HTTP/1.1", ["Host: {host}", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"], "", 303
    yield "TRACE /login HTTP/1.1", ["Host: {host}"], "", 405
    yield "GET /login HTTP/1.1", ["Host: {host}", f"X-Long: {'a' * 9000}"], "", 431
    yield "GET /login HTTP/1.1", ["Host: {host}", f"X-Long: {'a' * 100_000}"], "", 431
    yield f"GET /{'a' * 5000} HTTP/1.1", ["Host: {host}"], "", 414
    yield "POST /login HTTP/1.1", ["Host: {host}", form, f"Content-Length: {len(many)}"], many, 413
    yield "POST /login HTTP/1.1", ["Host: {host}", form, "Content-Length: 5000000000"], "a=b", 413
    yield "POST /login HTTP/1.1", ["Host: {host}", "Content-Length: 6", "Transfer-Encoding: chunked"], "0\r\n\r\nG", 400
    yield "POST /login HTTP/1.1", ["Host: {host}", "Content-Length: 3", "Content-Length: 4"], "abcd", 400
    yield "GET /static/../config.py HTTP/1.1", ["Host: {host}"], "", 404


def all_of(connection):
    """Of an answer, also where the server does not wait for the rest of the request."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            got += part
    return got.decode()


def test_what_no_browser_sends_is_refused_and_leads_nowhere_else(serve, folder):
    server, address = serve(folder)
    wait_for(f"{address}/healthz").close()
    host = address.removeprefix("http://")
    for line, headers, body, status in odd_requests():
        request = "\r\n".join([line, *headers, "Connection: close", "", body]).replace("{host}", host)
        with socket.create_connection(("127.0.0.1", int(host.partition(":")[2])), timeout=PATIENCE) as connection:
            connection.sendall(request.encode())
            answer = all_of(connection)
        assert int(answer.split()[1]) == status, f"{line[:60]} {headers[:3]}: {answer[:60]}"
        assert "evil.example" not in answer
    server.terminate()
    assert " ERROR " not in last_words(server)
