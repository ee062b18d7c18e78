"""What the shop's own people were told of an order goes with it, in whatever order and moment it was written."""

from datetime import timedelta

import pytest

from blueprints import outbox
from blueprints.orders import asking_to_cancel, change_routes
from blueprints.orders.telling import write_to_asker
from blueprints.outbox import Message
from blueprints.support.reporting import report_act
from tests.orders.asking import ask, link_of
from tests.orders.deciding import cancel
from tests.people import Visitor
from tests.privacy.customers import bring_to_an_end, erase, in_every_table
from tests.privacy.test_erasing import HERS, OTHER_WORD, notices_in
from tests.support.inside import cancel_in_window


def test_whatever_mail_was_written_before_the_notice_it_goes_as_well(app, shop, olive, monkeypatch):
    def write_and_more(session, order, **facts):
        receipt = write_to_asker(session, order, **facts)
        for _ in range(3):
            message = Message(subject="s", text="t", html="h")
            outbox.queue(session, kind="test", message=message, recipient="nena@example.com", at=facts["at"])
            session.flush()
        return receipt

    monkeypatch.setattr(asking_to_cancel, "write_to_asker", write_and_more)
    order = shop.order(**HERS)
    assert ask(Visitor(app), link_of(app, order), f"{OTHER_WORD} is ill").status == 303
    cancel(olive, order)
    bring_to_an_end(app)
    assert len(notices_in(shop, OTHER_WORD)) == 1
    assert erase(olive, [order]).status == 303
    assert in_every_table(app, OTHER_WORD) == set()


@pytest.mark.parametrize("solve", [None, "y"])
def test_the_couriers_reference_goes_whenever_support_told_of_it(app, shop, olive, uma, monkeypatch, solve):
    def report_later(session, window, at, **facts):
        report_act(session, window, at + timedelta(seconds=1), **facts)

    monkeypatch.setattr(change_routes, "report_act", report_later)
    order = shop.booked_order(**HERS)
    answer = olive.post("/support/tickets/new", subject="Theirs", reason="Please cancel")
    ticket = int(answer.location.rpartition("/")[2])
    cancel_in_window(shop, olive, uma, ticket, order, courier_reference=f"REF-{OTHER_WORD}", solve=solve)
    bring_to_an_end(app)
    assert {"ticket_messages.body", "emails.text", "emails.html"} <= in_every_table(app, f"REF-{OTHER_WORD}")
    assert erase(olive, [order]).status == 303
    assert in_every_table(app, OTHER_WORD) == set()
