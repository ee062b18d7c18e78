"""An order's history: every line of it in words, the newest first, with its notes and its email."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from blueprints.orders.history import LOOKED
from models import Event, User, writing
from tests.orders.deciding import cancel, save_status

ROOT = Path(__file__).parent.parent.parent
CODES = re.compile(r"\"((?:order|access)\.[a-z_]+|ticket\.opened)\"")


def codes():
    """Of all events that some use case writes about an order."""
    rooms = ROOT.glob("blueprints/*/*.py")
    return sorted({code for path in rooms for code in CODES.findall(path.read_text())} - {LOOKED})


def lines(page):
    return [" ".join(line.get_text(" ").split()) for line in page.select("#history li")]


@pytest.mark.parametrize("code", codes())
def test_every_event_is_told_in_words(app, olive, shop, code):
    order = shop.order()
    states = {"from_status": "pending", "to_status": "accepted"}
    with app.app_context(), writing() as session:
        session.add(Event(at=order.placed_at, code=code, order_id=order.id, user_id=1, amount=5000, **states))
    (line,) = lines(olive.get(f"/orders/{order.id}"))
    assert code not in line
    assert len(line.split()) > 4


def test_the_newest_line_stands_first_with_its_notes_and_its_email(olive, sam, shop):
    order = shop.order()
    save_status(sam, order, status="accepted", note="Thank you!")
    cancel(olive, order, note="Sorry.", internal_note="Shelf was empty.", notify=None)
    newest, oldest = lines(olive.get(f"/orders/{order.id}"))
    assert "Olive Owner cancelled the order. Nobody was emailed: “Email the customer” was not ticked." in newest
    assert "Sorry. For the store only: Shelf was empty." in newest
    assert "Sam Staff changed the status from Pending to Accepted." in oldest
    assert "An email to maria@example.com is on its way. Thank you!" in oldest


def test_what_suki_does_by_itself_names_suki(app, olive, shop):
    order = shop.order()
    with app.app_context(), writing() as session:
        session.add(Event(at=order.placed_at, code="order.booked", order_id=order.id))
    assert "Suki booked a courier." in lines(olive.get(f"/orders/{order.id}"))[0]


def test_what_support_does_names_the_ticket(app, olive, shop):
    page = app.jinja_env.get_template("orders/_words.html")
    order, uma = shop.order(), shop.first(select(User).where(User.name == "Uma Support"))
    event = Event(code="order.cancelled", user=uma, ticket_id=12, window_id=3)
    with app.test_request_context():
        sentence = BeautifulSoup(str(page.module.event_sentence(event, order)), "html.parser").text
    assert sentence == "Uma Support, support, for ticket 12, in the merchant’s name, cancelled the order."


def test_an_order_to_which_nothing_happened_says_so(olive, shop):
    page = olive.get(f"/orders/{shop.order().id}")
    assert lines(page) == []
    assert "Nothing was changed since the order came in." in page.text
