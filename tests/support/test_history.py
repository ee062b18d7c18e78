"""A ticket's history: every line of it in words, whoever looks."""

import re
from pathlib import Path

import pytest

from blueprints.support.showing import IN_THREAD
from models import Event, writing
from tests.pages import words
from tests.privacy.customers import bring_to_an_end, erase
from tests.shop import A_MORNING

ROOT = Path(__file__).parent.parent.parent
CODES = re.compile(r"\"((?:ticket|access)\.[a-z_]+)\"")
DONE_IN_A_WINDOW = {"order.booking_cancelled", "order.cancelled"}


def codes():
    """Of all events that some use case writes about a ticket, but for those of which the thread tells."""
    found = {code for path in ROOT.glob("blueprints/**/*.py") for code in CODES.findall(path.read_text())}
    return sorted((found | DONE_IN_A_WINDOW) - {*IN_THREAD})


@pytest.mark.parametrize("code", codes())
def test_every_event_is_told_in_words(app, olive, uma, shop, ask, code):
    ticket, order = ask(), shop.order()
    about = {"ticket_id": ticket, "order_id": order.id if code in DONE_IN_A_WINDOW else None}
    with app.app_context(), writing() as session:
        session.add(Event(at=A_MORNING, code=code, user_id=1, about_id=1, **about))
    for visitor in (olive, uma):
        line = words(visitor.get(f"/support/tickets/{ticket}").select("#history li p")[0])
        assert code not in line
        assert len(line.split()) > 3


def test_it_says_who_gave_a_customers_data_out_and_who_erased_it(app, olive, ask):
    ticket = ask()
    olive.post(f"/support/tickets/{ticket}/close")
    bring_to_an_end(app)
    olive.post("/settings/privacy/export", ticket=str(ticket))
    assert erase(olive, [], (ticket,)).status == 303
    newest = [words(line) for line in olive.get(f"/support/tickets/{ticket}").select("#history li p")][:2]
    assert newest == ["Olive Owner erased the customer’s data.", "Olive Owner downloaded the customer’s data."]
