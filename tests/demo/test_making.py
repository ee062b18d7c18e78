"""`flask demo`: there is one afterwards, and no other store was touched."""

import re
from contextlib import closing

import pytest
from flask_babel import get_locale
from sqlalchemy import select

from blueprints.demo.making import FROM_WEB_SHOP, make_demo
from blueprints.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD, SUPPORT
from blueprints.orders.telling import customer_email
from models import Event, Language, Order, Store, TokenEvent, User
from tests.conftest import make_app
from tests.demo.conftest import close
from tests.orders.auditing import Auditor
from tests.people import PASSWORD_HASH, Visitor
from tests.shop import Shop
from tests.storing import ON_POSTGRES, Outsider
from tests.test_schema import shape


def run(app, *words):
    return app.test_cli_runner().invoke(args=["demo", *words])


def change(path, statement):
    """Behind Suki’s back."""
    with Outsider(path) as other:
        other.run(statement)


def as_it_lies(path):
    """To the byte, where there are bytes; else every row."""
    if not ON_POSTGRES:
        return path.read_bytes()
    with closing(Auditor(path)) as audit:
        return audit.everything()


@pytest.fixture
def empty(tmp_path):
    app = make_app(tmp_path)
    yield app
    close(app)


def test_a_real_store_is_refused_and_left_as_it_is(app, tmp_path):
    before = as_it_lies(tmp_path / "suki.db")
    for words in ([], ["--reset"]):
        answer = run(app, *words)
        assert answer.exit_code == 1
        assert answer.output.startswith("The database is not a demo, so it was left alone.")
        assert answer.output.count("\n") == 1
    assert as_it_lies(tmp_path / "suki.db") == before


def test_a_store_that_is_being_set_up_is_refused(app, shop, tmp_path):
    change(tmp_path / "suki.db", "DELETE FROM store")
    assert run(app).exit_code == 1
    assert shop.count(User) == 3


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"These are my recipes. " * 100, id="no database", marks=pytest.mark.sqlite),
        pytest.param(None, id="somebody else’s"),
    ],
)
def test_what_is_not_ours_is_refused(tmp_path, content):
    path = tmp_path / "suki.db"
    if content is None:
        change(path, "CREATE TABLE recipes (name TEXT)")
    else:
        path.write_bytes(content)
    before = as_it_lies(path)
    app = make_app(tmp_path)
    assert run(app).exit_code == 1
    close(app)
    assert as_it_lies(path) == before


def test_it_is_made_in_one_command_that_says_how_to_get_in(empty):
    answer = run(empty)
    assert answer.exit_code == 0, answer.output
    assert answer.output.count("\n") == 1
    for words in (*(account.email for account in DEMO_ACCOUNTS), DEMO_PASSWORD):
        assert words in answer.output
    assert Shop(empty).count(Order) == 120


def test_its_accounts_are_named_at_its_door_and_let_in(empty):
    run(empty)
    for account in DEMO_ACCOUNTS:
        visitor = Visitor(empty)
        page = visitor.get("/login")
        assert account.email in page.text
        assert DEMO_PASSWORD in page.text
        page = visitor.post("/login", email=account.email, password=DEMO_PASSWORD)
        if account is SUPPORT:
            code = re.search(r"In this demo the code is (\d{6})", visitor.follow(page).text)
            page = visitor.post("/login/code", code=code[1])
        assert page.status == 303
        assert visitor.is_signed_in


def test_a_real_store_names_nobody_at_its_door(mallory):
    page = mallory.get("/login")
    assert "@example.com" not in page.text
    assert DEMO_PASSWORD not in page.text


def test_a_second_time_it_changes_nothing(demo, tmp_path):
    before = as_it_lies(tmp_path / "suki.db")
    answer = run(demo)
    assert answer.output.startswith("The demo is there already.")
    assert as_it_lies(tmp_path / "suki.db") == before


def test_some_orders_came_in_through_the_web_shop(ana, books):
    entered = books.all(select(TokenEvent))
    assert len(entered) == FROM_WEB_SHOP
    order = books.get(Event, entered[0].event_id).order_id
    assert "Entered by Storefront (API)" in ana.get(f"/orders/{order}").select(".lede")[-1].text
    assert "Storefront" in ana.get("/settings/tokens").text


def test_before_a_cancel_it_says_where_the_email_goes(ana):
    for page in ("cancel", "cancel/items"):
        said = ana.get(f"/orders/120/{page}").text
        assert "goes into the mailbox of this demo, unless you untick that below" in said
        assert "Nobody is emailed" not in said


def test_nobody_is_warned_that_it_mails_nobody(ana):
    assert "No mail server is set up" not in ana.get("/settings/health").text


def test_a_reset_makes_it_new(demo):
    shop = Shop(demo)
    shop.change(shop.get(Store, 1), name="Not hers any more")
    shop.order(number="5001")
    answer = run(demo, "--reset")
    assert answer.output.startswith("The demo is new again.")
    assert shop.get(Store, 1).name == "Aling Nena’s"
    assert shop.count(Order) == 120


def test_after_a_reset_history_still_never_changes(demo, fresh_demo, tmp_path):
    run(demo, "--reset")
    assert ON_POSTGRES or shape(tmp_path / "suki.db") == shape(fresh_demo)  # there no table is made anew
    event = Shop(demo).first(select(Event))
    with pytest.raises(Exception, match="never changed"):
        Shop(demo).change(event, code="something.else")


class InkRanOut(Exception):
    pass


def run_out(order, kind, note, refund_owed):
    raise InkRanOut


def test_when_it_fails_in_the_middle_the_old_one_is_still_there(demo):
    order = Shop(demo).order(number="5001")
    with demo.app_context(), pytest.raises(InkRanOut):
        make_demo(password_hash=PASSWORD_HASH, write_email=run_out, anew=True)
    assert Shop(demo).get(Order, order.id).number == "5001"
    assert Shop(demo).count(Order) == 121


def test_a_demo_of_a_newer_suki_is_left_alone(demo, tmp_path):
    change(tmp_path / "suki.db", "UPDATE alembic_version SET version_num = '9999'")
    answer = run(demo, "--reset")
    assert answer.exit_code == 1
    assert answer.output.startswith("This demo was made by a newer Suki")


def test_its_emails_are_in_its_own_language_whatever_was_spoken_before(demo):
    shop = Shop(demo)
    shop.change(shop.get(Store, 1), language=Language.FILIPINO)
    with demo.app_context():
        assert str(get_locale()) == "fil"
        make_demo(password_hash=PASSWORD_HASH, write_email=customer_email, anew=True)
    assert {'<html lang="en">' in email.html for email in shop.emails()} == {True}
