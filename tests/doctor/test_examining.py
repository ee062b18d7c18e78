"""`flask doctor` says what is wrong, a line each, and fails when something does not work."""

import shutil
from collections import namedtuple
from datetime import timedelta

import pytest
from flask_migrate import downgrade
from sqlalchemy import update

from blueprints import clock, schema
from models import Email, EmailState, Event, db, writing
from tests import storing
from tests.mail.desk import MailDesk
from tests.orders.books import later
from tests.pages import words
from tests.people import signed_in
from tests.shop import A_MORNING
from tests.storing import Outsider

WITHOUT_KEYS = "SET session_replication_role = replica" if storing.ON_POSTGRES else "PRAGMA foreign_keys=OFF"
OTHER = "'CREATE INDEX ix_order_items_order_id ON order_items (quantity)'"
OF_IT = "WHERE name = 'ix_order_items_order_id'"
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def closed(app, tmp_path):
    """As the folder is made for a real store; pytest's own is open to others on some machines."""
    tmp_path.chmod(0o700)
    if not storing.ON_POSTGRES:
        (tmp_path / "suki.db").chmod(0o600)


@pytest.fixture
def doctor(run):
    def look(*options):
        said = run(*options, "doctor")
        lines = [line.split(maxsplit=1) for line in said.output.splitlines()]
        assert {level for level, _ in lines} <= {"ok", "warn", "fail"}, said.output
        assert said.exit_code == (1 if "fail" in dict(lines) else 0)
        return {words: level for level, words in lines if level != "ok"}

    return look


def sql(folder, *statements):
    with Outsider(folder / "suki.db") as other:
        for statement in statements:
            other.run(statement)


def of_the_file(harm, level, part):
    return pytest.param(harm, level, part, marks=pytest.mark.sqlite)


def only(found, level, part):
    assert [(found_level, part in words) for words, found_level in found.items()] == [(level, True)], found


MAIL_LINE = "The mail server 127.0.0.1:"


def beside_mail(found):
    """The mail server of the tests has no certificate, which is said each time."""
    return {words: level for words, level in found.items() if not words.startswith(MAIL_LINE)}


@pytest.mark.sqlite
def test_of_a_store_that_is_well_nothing_is_said(doctor, run):
    run("backup")
    assert beside_mail(doctor()) == {}


@pytest.mark.sqlite
def test_who_has_no_backup_is_told(doctor, run):
    only(beside_mail(doctor()), "warn", "There is no backup yet")
    run("backup")
    with later(days=8):
        only(beside_mail(doctor()), "warn", "The last backup was made")


@pytest.mark.parametrize(
    ("harm", "level", "part"),
    [
        (lambda folder: (folder / "secret_key").chmod(0o644), "fail", "Others on this computer can read"),
        of_the_file(lambda folder: folder.chmod(0o755) or (folder / "suki.db").chmod(0o644), "warn", "chmod o-rwx"),
        of_the_file(lambda folder: sql(folder, "PRAGMA journal_mode=DELETE"), "fail", "mode is delete, not wal"),
        (lambda folder: sql(folder, "UPDATE store SET timezone = 'Mars/Base'"), "fail", "Mars/Base is not known"),
        (lambda folder: sql(folder, "UPDATE alembic_version SET version_num = '9999'"), "fail", "by a newer Suki"),
        (lambda folder: sql(folder, WITHOUT_KEYS, "DELETE FROM store"), "fail", "There is no store yet"),
        (lambda folder: sql(folder, "DROP TABLE alembic_version"), "fail", "There is no store yet"),
    ],
)
def test_each_fault_has_its_line(app, doctor, run, tmp_path, harm, level, part):
    run("backup")
    (tmp_path / "secret_key").write_text(app.config["SECRET_KEY"])
    (tmp_path / "secret_key").chmod(0o600)
    with app.app_context():
        db.engine.dispose()
    harm(tmp_path)
    found = beside_mail(doctor())
    assert (level, True) in [(found_level, part in words) for words, found_level in found.items()], found


@pytest.mark.sqlite
def test_an_older_schema_is_named_and_what_to_do(app, doctor):
    with app.app_context():
        downgrade(directory=str(schema.MIGRATIONS), revision="0001")
    only(beside_mail(doctor()), "fail", "of an older Suki. With Suki stopped, run: flask upgrade")


@storing.only_on_postgres
def test_a_server_s_older_schema_asks_for_its_own_backup_first(app, doctor):
    with app.app_context():
        downgrade(directory=str(schema.MIGRATIONS), revision="0009")
    only(beside_mail(doctor()), "fail", "of an older Suki. With Suki stopped, run: pg_dump, then flask init")


@pytest.mark.sqlite
def test_a_file_that_is_no_database_stops_nothing_else_from_being_said(app, doctor, tmp_path):
    with app.app_context():
        db.engine.dispose()
    for ending in ("-wal", "-shm"):
        (tmp_path / f"suki.db{ending}").unlink(missing_ok=True)
    (tmp_path / "suki.db").write_bytes(b"broken" * 999)
    only(beside_mail(doctor()), "fail", "The database can’t be read")


@pytest.mark.sqlite
def test_a_damaged_page_is_found(app, shop, doctor, tmp_path):
    for _ in range(60):
        shop.order()
    with app.app_context():
        with db.engine.connect() as connection:
            connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [root] = (
            db.session.connection()
            .exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'ix_emails_state'")
            .one()
        )
        db.session.remove()
        db.engine.dispose()
    with (tmp_path / "suki.db").open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xaa" * 4096)
    found = beside_mail(doctor())
    assert "fail" in found.values(), found


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("harm", "part"),
    [
        (["PRAGMA foreign_keys=OFF", "UPDATE order_items SET order_id = 999"], "a row points to one that is not"),
        (["PRAGMA writable_schema=ON", f"UPDATE sqlite_master SET sql = {OTHER} {OF_IT}"], "missing from index"),
    ],
)
def test_what_no_backup_is_made_of_is_not_called_whole(app, shop, run, doctor, tmp_path, harm, part):
    run("backup")
    shop.order()
    with app.app_context():
        db.engine.dispose()
    sql(tmp_path, *harm)
    assert part in run("backup").output
    only(beside_mail(doctor()), "fail", part)


@storing.only_on_postgres
def test_of_a_store_on_a_server_nothing_is_said_that_its_server_does(doctor, run):
    assert beside_mail(doctor()) == {}
    said = run("doctor").output
    assert "The database is a server’s (postgresql)." in said
    assert "backup" not in said


def test_a_clock_that_was_set_back_is_noticed(app, doctor):
    with app.app_context(), writing() as session:
        session.add(Event(code="order.added", at=A_MORNING))
    with later(days=-9):
        assert any("happened 2026-11-20" in words for words in doctor())
    with later(days=-3650):
        assert any("which is long over" in words for words in doctor())


def test_an_order_that_a_file_dates_ahead_says_nothing_of_the_clock(shop, doctor):
    shop.order(placed_at=clock.now() + timedelta(days=20))
    assert not any("clock" in words for words in doctor())


@pytest.mark.parametrize(
    ("free", "level", "part"),
    [(10**7, "fail", "only 10 MB are free"), (9 * 10**9, "warn", "9 GB are free"), (11 * 10**9, None, "")],
)
def test_a_disk_that_fills_is_said_before_it_is_full(doctor, run, monkeypatch, free, level, part):
    run("backup")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**11, 10**11 - free, free))
    found = beside_mail(doctor())
    assert found == {} if level is None else [(part in words, is_) for words, is_ in found.items()] == [(True, level)]


@pytest.fixture
def elsewhere(app, tmp_path, open_app):
    """The shop, with its database on a disk of its own that is nearly full, and open to others."""
    folder = tmp_path / "other-disk"
    folder.mkdir(mode=0o755)
    with app.app_context():
        db.engine.dispose()
    storing.copy_shop(tmp_path / "suki.db", folder / "shop.db")
    (folder / "shop.db").chmod(0o644)
    return open_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'shop.db'}")


@pytest.mark.sqlite
def test_a_database_elsewhere_is_looked_at_where_it_is(elsewhere, monkeypatch):
    free = {True: 9 * 10**9, False: 90 * 10**9}
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**11, 0, free["other-disk" in str(path)]))
    said = elsewhere.test_cli_runner().invoke(args=["doctor"]).output
    assert "warn  On the disk 9 GB are free, 9 %." in said
    assert "other-disk/shop.db. Run: chmod o-rwx" in said
    banner = signed_in(elsewhere, "olive").get("/orders/").select("aside[aria-label=Disk]")
    assert ["only 9 GB are free" in words(each) for each in banner] == [True]


def test_mail_that_failed_and_mail_that_waits_are_said(app, doctor, run, post_office):
    run("backup")
    desk = MailDesk(app)
    post_office.refuse["nobody@example.com"] = "550 no such user"
    desk.queue("nobody@example.com")
    desk.deliver()
    only(beside_mail(doctor()), "warn", "1 failed")
    desk.queue()
    with later(hours=2):
        assert sorted(beside_mail(doctor()).values()) == ["warn", "warn"]
    with app.app_context(), writing() as session:
        session.execute(update(Email).where(Email.state == EmailState.FAILED).values(over_since=Email.created_at))
    assert beside_mail(doctor()) == {}, "what it told of is not so any more, and the other has just come"


def test_of_very_many_that_failed_it_says_no_more_than_it_counted(app, doctor, run):
    run("backup")
    desk = MailDesk(app)
    for _ in range(101):
        desk.queue()
    with app.app_context(), writing() as session:
        session.execute(update(Email).values(state=EmailState.FAILED))
    only(beside_mail(doctor()), "warn", "99+ failed")


def test_mail_that_is_tried_in_vain_again_and_again_waits_too(doctor, run, open_app):
    run("backup")
    desk = MailDesk(open_app(MAIL_PORT=1))
    desk.queue()
    desk.deliver()
    with later(minutes=119):
        desk.deliver()
        only(beside_mail(doctor()), "warn", "An email waits since")


def test_the_address_outside_is_https(open_app):
    def said(**settings):
        output = open_app(MAIL_PORT=1, **settings).test_cli_runner().invoke(args=["doctor"]).output
        return [line for line in output.splitlines() if " address" in line]

    assert said(BASE_URL="http://shop.example.com")[0].startswith("fail")
    assert [line[:4] for line in said(BASE_URL="https://shop.example.com")] == ["ok  ", "warn"]
    assert [line[:4] for line in said(BASE_URL="https://shop.example.com", TRUSTED_PROXIES=1)] == ["ok  "]


def mail_line(app):
    output = app.test_cli_runner().invoke(args=["doctor"]).output
    return output.splitlines()[-1].split(maxsplit=1)


def test_the_mail_server_is_asked_and_gets_no_mail(app, open_app, post_office):
    assert mail_line(app)[0] == "warn", "it answers, without a certificate"
    assert post_office.letters == []
    level, words = mail_line(open_app(MAIL_PORT=1))
    assert (level, "refused" in words) == ("fail", True)
    assert mail_line(open_app(MAIL_SERVER=None)) == ["warn", "No mail server is set up, so nobody is mailed."]


def test_a_server_that_wants_a_login_says_so_before_there_is_mail(app, open_app, post_office):
    post_office.mode = "login"
    for there in (app, open_app(MAIL_PORT=post_office.port, MAIL_USERNAME="shop@example.com")):
        assert mail_line(there) == ["fail", f"The mail server 127.0.0.1:{post_office.port}: 530 5.7.0 log in first"]


def test_an_address_that_no_mail_can_come_from_is_none(open_app, post_office):
    for sender in ("", "shop"):
        level, words = mail_line(open_app(MAIL_PORT=post_office.port, MAIL_DEFAULT_SENDER=sender))
        assert (level, "Mail has no sender" in words) == ("fail", True)


def test_a_certificate_that_nobody_vouches_for_is_a_fault(open_app, impostor, monkeypatch):
    secured = {"MAIL_PORT": impostor.port, "MAIL_USE_TLS": True}
    level, words = mail_line(open_app(**secured))
    assert (level, "certificate verify failed" in words) == ("fail", True)
    monkeypatch.setenv("SSL_CERT_FILE", str(impostor.certificate))
    assert mail_line(open_app(**secured))[0] == "ok"


def test_no_secret_and_no_customer_is_named(app, shop, run):
    shop.order(customer_name="Maria Santos")
    MailDesk(app).queue()
    output = run("doctor").output
    for secret in (app.config["SECRET_KEY"], "maria", "Maria"):
        assert secret not in output
