"""The owner sees what is kept, makes one, and takes one away after showing who they are."""

import sqlite3

import pytest

from blueprints import background
from blueprints.backups.keeping_backups import BackupKind, kept, make
from models import Store
from tests.orders.books import later
from tests.people import PASSWORD, signed_in

pytestmark = pytest.mark.sqlite
HERE = "/settings/backups"


def make_one(app):
    with app.app_context():
        return make(BackupKind.SCHEDULED, keep=3)


def test_who_has_none_is_told_what_that_means(olive):
    page = olive.get(HERE)
    assert "There is no backup yet." in page.text
    olive.follow(olive.post(f"{HERE}/make"))
    page = olive.get(HERE)
    assert "There is no backup yet." not in page.text
    assert "made by hand" in page.text


def test_a_week_without_one_is_said(app, shop):
    make_one(app)
    with later(days=6):
        assert "no backup of the last seven days" not in signed_in(app, "olive").get(HERE).text
    with later(days=8):
        assert "There is no backup of the last seven days." in signed_in(app, "olive").get(HERE).text


def test_it_is_taken_away_only_by_who_shows_the_password_again(app, olive):
    backup = make_one(app)
    with later(minutes=20):
        answer = olive.get(f"{HERE}/{backup.name}")
        assert (answer.status, answer.location) == (303, "/confirm")
        olive.post("/confirm", password=PASSWORD, next=HERE)
        with olive.client.get(f"{HERE}/{backup.name}") as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            assert backup.name in answer.headers["Content-Disposition"]
            assert answer.data == backup.path.read_bytes()


@pytest.mark.parametrize(
    "name", ["..%2fsuki.db", "../suki.db", "suki.db", ".making", "%00", "suki-20261126T000000Z-x.db"]
)
def test_no_other_file_can_be_had(app, olive, name):
    make_one(app)
    assert olive.get(f"{HERE}/{name}").status == 404


def test_staff_and_support_have_none_of_it(app, sam, uma):
    backup = make_one(app)
    for visitor in (sam, uma):
        for url in (HERE, f"{HERE}/{backup.name}"):
            assert visitor.get(url).status == 403
        assert visitor.post(f"{HERE}/make").status == 403
    with app.app_context():
        assert len(kept()) == 1


def test_what_goes_wrong_is_said_and_the_page_stays(app, olive, monkeypatch):
    def full(*_, **__):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("blueprints.backups.routes.make", full)
    page = olive.follow(olive.post(f"{HERE}/make"))
    assert page.status == 200
    assert page.messages == ["No backup was made: it could not be written. Is the disk full?"]
    assert page.one(".messages .notice-problem .message").get_text() == page.messages[0]


def test_the_running_server_makes_one_a_day_and_a_demo_none(app, shop, olive):
    background.run_once(app)
    background.run_once(app)
    with app.app_context():
        assert [backup.kind for backup in kept()] == [BackupKind.SCHEDULED]
    with later(days=2):
        shop.change(shop.get(Store, 1), is_demo=True)
        background.run_once(app)
    with app.app_context():
        assert len(kept()) == 1


def test_one_that_fails_is_not_tried_again_all_the_time(app, monkeypatch):
    tries = []

    def full(**_):
        tries.append(1)
        raise OSError("No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("blueprints.backups.background_tasks.make_when_due", full)
        background.run_once(app)
        background.run_once(app)
        assert len(tries) == 1
        with later(minutes=61):
            background.run_once(app)
            background.run_once(app)
        assert len(tries) == 2
    with later(minutes=130):
        background.run_once(app)
    with app.app_context():
        assert len(kept()) == 1


def test_it_can_be_switched_off(app, olive):
    app.config["BACKUP_EVERY_HOURS"] = 0
    background.run_once(app)
    with app.app_context():
        assert kept() == []
    assert "Suki makes no backups by itself here" in olive.get(HERE).text
