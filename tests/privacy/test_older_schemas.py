"""What is erased with an order is found in a store of an older schema too, once it was brought up to date."""

import pytest
from flask_migrate import downgrade
from sqlalchemy import select

from blueprints import schema
from models import Email, Order, Store, db
from tests.api.programs import program_of
from tests.conftest import make_app
from tests.orders.asking import ask, link_of
from tests.orders.deciding import cancel
from tests.people import Visitor, signed_in
from tests.privacy.customers import WORD, a_long_story, bring_to_an_end, erase, in_every_table
from tests.privacy.test_erasing import HERS, OTHER_WORD
from tests.privacy.test_listing import ask_and_close
from tests.shop import Shop
from tests.storing import Outsider, copy_shop, shop_of
from tests.support.conftest import mail_of
from tests.support.inside import cancel_in_window

SAID = {
    "emails": "SELECT kind, id, about_order_id FROM emails WHERE about_order_id IS NOT NULL ORDER BY id",
    "messages": "SELECT id, about_order_id FROM ticket_messages WHERE about_order_id IS NOT NULL ORDER BY id",
    "cancels": "SELECT id, token_id FROM cancellations WHERE token_id IS NOT NULL",
    "questions": "SELECT erasure_id, ticket_id FROM erased_questions ORDER BY ticket_id",
}


@pytest.fixture
def app(opened, tmp_path):
    """With the mark of its schema."""
    copy_shop(opened, tmp_path / "suki.db")
    return make_app(tmp_path)


@pytest.fixture
def shop(app):
    shop = Shop(app)
    shop.change(shop.get(Store, 1), email="nena@example.com", support_email="tulong@example.com")
    return shop


def said(app):
    with Outsider(shop_of(app)) as other:
        return {what: [tuple(row) for row in other.run(query)] for what, query in SAID.items()}


def send_again(app, olive, email):
    bring_to_an_end(app)
    assert olive.post(f"/orders/emails/{email.id}/again").status == 303
    bring_to_an_end(app)


def told_of_in_all_ways(app, shop, olive):
    """Somebody whom the store and a ticket about something else tell of, twice; beside all that others asked."""
    a_long_story(app, shop)
    shop._last = 2000
    asked, booked = shop.order(**HERS), shop.booked_order(**HERS)
    ask(Visitor(app), link_of(app, asked), f"{OTHER_WORD} is ill")
    notice = shop.all(select(Email).where(Email.kind == "cancel_requested").order_by(Email.id))[-1]
    send_again(app, olive, notice)
    cancel(olive, asked)
    ticket = int(olive.post("/support/tickets/new", subject="Both", reason="r").location.rpartition("/")[2])
    olive.post(f"/support/tickets/{ticket}/reply", body="Nobody is at home")
    reference = f"REF-{OTHER_WORD}"
    cancel_in_window(shop, olive, signed_in(app, "uma"), ticket, booked, courier_reference=reference, solve="y")
    send_again(app, olive, mail_of(shop, ticket, "access_acted")[0])
    program_of(app).cancel(shop.order())
    program_of(app, name="Other").cancel(shop.order())
    cancel(olive, shop.order())
    bring_to_an_end(app)
    for subject in ("Ana", "Ben"):
        erase(olive, [], (ask_and_close(app, olive, subject),))
    return [asked, booked]


@pytest.mark.parametrize("revision", ["0010", pytest.param("0008", marks=pytest.mark.sqlite)])
def test_what_could_be_guessed_before_is_said_afterwards_and_erased(app, shop, revision):
    olive = signed_in(app, "olive")
    hers = told_of_in_all_ways(app, shop, olive)
    before = said(app)
    kinds = [kind for kind, *_ in before["emails"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "cancel_requested": 3, "access_acted": 2, "ticket_solved": 2}  # fmt: skip
    assert {what: len(rows) for what, rows in before.items()} == {
        "emails": 7, "messages": 1, "cancels": 2, "questions": 2}  # fmt: skip
    with app.app_context():
        downgrade(directory=str(schema.MIGRATIONS), revision=revision)
        db.engine.dispose()
        schema.bring_up_to_date()
    assert said(app) == before
    assert {"ticket_messages.body", "emails.text"} <= in_every_table(app, OTHER_WORD)
    assert erase(olive, [shop.get(Order, order.id) for order in hers]).status == 303
    assert in_every_table(app, OTHER_WORD) == set()
    assert {"emails.text", "cancel_requests.reason"} <= in_every_table(app, WORD)
