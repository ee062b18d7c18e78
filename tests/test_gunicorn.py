"""Two processes of pages by the real gunicorn, `flask work` beside them, and nginx before them."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from models import Order, OrderStatus, Store, UserSession, db
from tests.conftest import make_app
from tests.mail.conftest import post_office  # noqa: F401 (the fixture)
from tests.people import PASSWORD
from tests.proxy import NAME, PATIENCE, Caller, behind_nginx  # noqa: F401 (the fixture)
from tests.shop import Shop
from tests.storing import Outsider
from tests.test_serving import ROOT, WORK, folder, last_words, serve, wait_for  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="gunicorn is not for Windows")]
PAGES = ("gunicorn",)
ORDERS = 24
CANCEL = {"status": "cancelled", "note": "Sold out.", "version": "1"}


@pytest.mark.parametrize("module", [PAGES, WORK], ids=["pages", "work"])
def test_neither_begins_with_a_database_of_another_suki(serve, folder, module):  # noqa: F811 (the fixtures)
    revision, words = {PAGES: ("0001", "of an older Suki"), WORK: ("9999", "by a newer Suki")}[module]
    with Outsider(folder / "suki.db") as other:
        other.run("UPDATE alembic_version SET version_num = ?", revision)
    server, _ = serve(folder, module=module)
    said = last_words(server)
    assert words in said
    assert len(said.splitlines()) == 1
    assert server.returncode == 1


@pytest.mark.sqlite
def test_no_line_to_the_database_gets_into_the_processes_of_pages(folder):  # noqa: F811 (the fixture)
    """They would share it, and the one that closes it takes the locks of the other."""
    loading = "import os, pathlib, web; print(*map(os.path.realpath, pathlib.Path('/proc/self/fd').iterdir()))"
    loaded = subprocess.run(
        [sys.executable, "-c", loading], cwd=ROOT, env={**os.environ, "FLASK_INSTANCE_PATH": str(folder)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "suki.db" not in loaded.stdout


@pytest.fixture
def shop(folder):  # noqa: F811 (the fixtures)
    shop = Shop(make_app(folder))
    shop.change(shop.first(select(Store)), undo_seconds=0)
    yield shop
    with shop.app.app_context():
        db.engine.dispose()


def processes_of(server):
    return Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()


def until(what, why):
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, why
        time.sleep(0.05)


def test_a_killed_process_loses_nothing_and_each_is_told_once(
    serve, shop, folder, behind_nginx, post_office  # noqa: F811 (the fixtures)
):  # fmt: skip
    orders = [shop.order() for _ in range(ORDERS)]
    settings = {
        "FLASK_BASE_URL": f"https://{NAME}",
        "FLASK_TRUSTED_PROXIES": "1",
        "FLASK_MAIL_SERVER": "127.0.0.1",
        "FLASK_MAIL_PORT": str(post_office.port),
        "FLASK_MAIL_DEFAULT_SENDER": "shop@example.com",
    }
    worker, _ = serve(folder, module=WORK, **settings)
    server, address = serve(folder, module=PAGES, **settings)
    wait_for(f"{address}/healthz").close()
    site = behind_nginx(address)
    sam = Caller(site.secured).sign_in("sam@example.com", PASSWORD)
    waiting, answers = list(orders), []

    def cancel():
        desk = Caller(site.secured)
        desk.cookie = sam.cookie
        while waiting:
            url = f"/orders/{waiting.pop().id}/cancel"
            answer = desk.get(url)
            while answer.status not in (303, 409):  # 502: whoever had it is dead, so it is asked again
                answers.append(answer.status)
                answer = (
                    desk.post(url, status="cancelled", note="Sold out.", version="1") if desk.token else desk.get(url)
                )
            answers.append(answer.status)

    desks = [threading.Thread(target=cancel) for _ in range(4)]
    [desk.start() for desk in desks]
    until(lambda: 303 in answers, "nothing is cancelled")
    os.kill(int(processes_of(server)[0]), signal.SIGKILL)
    [desk.join(PATIENCE) for desk in desks]
    until(lambda: len(processes_of(server)) == 2, "who died is not replaced")

    assert set(answers) <= {200, 303, 409, 502, 503}
    assert {shop.get(Order, order.id).status for order in orders} == {OrderStatus.CANCELLED}
    assert [shop.events(order).count("order.cancelled") for order in orders] == [1] * ORDERS
    until(lambda: len(post_office.letters) >= ORDERS, "not everybody is told")
    worker.terminate()
    assert "Suki is at work" in last_words(worker)
    assert worker.returncode == 0
    assert len(post_office.ids) == len(set(post_office.ids)) == ORDERS
    assert len(shop.all(select(UserSession))) == 1, "whoever signed in at one process is signed in at each"
    server.terminate()
    said = last_words(server)
    assert "orders.cancel 303" in said, "its log has the requests"
    assert "Traceback" not in said
