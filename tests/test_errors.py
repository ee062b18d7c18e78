"""When something goes wrong the page says what is known, and the log holds no secrets."""

import logging
import re
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
from flask import request
from sqlalchemy import select

from blueprints.access import public
from models import DatabaseBusy, UserSession, base, db, writing
from tests import storing
from tests.pages import Page
from tests.storing import Outsider, shop_of


@pytest.fixture
def broken(app):
    """A page that fails in the middle of its work, with a customer's words at hand."""

    @public
    def breaks():
        with writing() as session:
            session.connection().exec_driver_sql("INSERT INTO nowhere VALUES (?)", (request.args["note"],))

    app.add_url_rule("/breaks", "breaks", breaks)
    return app


def test_a_failure_has_a_number_that_the_log_knows_and_no_names(broken, mallory, caplog):
    with caplog.at_level(logging.ERROR):
        page = mallory.get("/breaks?note=a+secret")
    assert page.status == 500
    assert "We could not confirm" in page.text
    reference = re.search(r"Reference: (\w{8})", page.text)[1]
    assert reference in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("table", ["user_sessions", "store"])
def test_the_page_is_there_when_the_database_is_not(app, olive, table):
    with app.app_context():
        db.engine.dispose()
    with Outsider(shop_of(app)) as other:
        other.run(f"ALTER TABLE {table} RENAME TO gone")
    page = olive.get("/")
    assert page.status == 500
    assert "We could not confirm" in page.text


@pytest.mark.sqlite
def test_whoever_watches_the_server_is_told_when_the_database_does_not_answer(app, mallory):
    assert mallory.client.get("/healthz").json == {"database": "ok"}
    with app.app_context():
        db.engine.dispose()
    shop_of(app).write_bytes(b"no database at all" * 1000)
    answer = mallory.client.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"database": "does not answer"})


def test_after_a_form_that_could_not_be_taken_the_page_that_it_stood_on_is_offered(olive, shop):
    order = shop.order()
    for url, above in ((f"/orders/{order.id}/cancel", "cancel"), (f"/orders/{order.id}/status", "")):
        page = Page(olive.client.post(url, data={"csrf_token": "of another day"}))
        assert page.status == 400
        assert page.select(f"main a.button[href='{f'/orders/{order.id}/{above}'.rstrip('/')}']")


def test_while_somebody_else_writes_pages_are_read_and_a_write_is_asked_to_wait(app, olive):
    olive.get("/help/")
    with storing.lock_held(app):
        assert olive.get("/help/").status == 200
        page = olive.post("/logout")
        assert page.status == 503
        assert page.response.headers["Retry-After"] == "2"
        assert "Nothing was changed" in page.text
    assert olive.get("/help/").status == 200


@pytest.fixture
def lock_held(app):
    with storing.lock_held(app):
        yield


def test_to_note_who_reads_no_page_waits(olive, shop, request, monkeypatch):
    monkeypatch.setattr(base, "BUSY_TIMEOUT_MS", 60_000)
    olive.get("/orders/")
    seen = shop.first(select(UserSession))
    shop.change(seen, last_seen_at=seen.last_seen_at - timedelta(minutes=5))
    before = shop.first(select(UserSession)).last_seen_at
    request.getfixturevalue("lock_held")
    began = time.monotonic()
    assert olive.get("/orders/").status == 200
    assert time.monotonic() - began < base.BUSY_TIMEOUT_MS / 1000
    assert shop.first(select(UserSession)).last_seen_at == before


def test_once_a_writer_waited_in_vain_no_other_waits_for_a_place(app, monkeypatch, lock_held):
    """Threads that wait serve no page."""
    places = threading.BoundedSemaphore(1)
    places.acquire()
    asked = []
    monkeypatch.setattr(places, "acquire", lambda timeout: asked.append(timeout))
    monkeypatch.setattr(base, "_writers", places)
    monkeypatch.setattr(base, "_stuck", threading.Event())
    with app.app_context():
        for _ in range(3):
            with pytest.raises(DatabaseBusy), writing():
                pass
        base._stuck.clear()
        with pytest.raises(DatabaseBusy), writing(waits=False):
            pass
    assert asked == [base.WAIT_FOR_A_SLOT_S, 0, 0, 0]


@contextmanager
def full_disk():
    """No file of this process can grow beyond a page, as on a disk without room; so around one request alone, as what
    pytest writes may be a file too."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.sqlite
def test_on_a_full_disk_a_change_ends_on_a_page_that_says_so(olive, caplog):
    olive.get("/settings/support")
    with full_disk():
        page = olive.post("/settings/support", name="Somebody else")
    assert page.status == 503
    assert "The disk may be full." in page.text
    assert "We could not confirm whether your last change was saved." in page.text
    assert "disk" in caplog.text


@pytest.mark.sqlite
def test_on_a_full_disk_pages_are_read_also_when_it_is_time_to_note_who_reads(olive, shop):
    olive.get("/orders/")
    seen = shop.first(select(UserSession))
    shop.change(seen, last_seen_at=seen.last_seen_at - timedelta(minutes=5))
    with full_disk():
        assert olive.get("/orders/").status == 200


def test_a_file_that_comes_instead_of_a_text_is_no_text(mallory):
    page = mallory.post("/login", email=(BytesIO(b"ana@example.com"), "email.txt"), password=(BytesIO(b"x"), "x.txt"))
    assert page.status == 422
    assert set(page.errors) == {"email", "password"}


@pytest.mark.parametrize("sent", ["[1, 2]", '{"helpful": "yes", "comment": 5}', "", "{"])
def test_what_is_no_form_is_read_as_an_empty_one(olive, sent):
    olive.get("/help/cancel-an-order")
    answer = olive.client.post(
        "/help/cancel-an-order/feedback",
        data=sent,
        content_type="application/json",
        headers={"X-CSRFToken": olive.token},
    )
    page = Page(answer)
    assert page.status == 422
    assert "Answer with Yes or No." in page.text
