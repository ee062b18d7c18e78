"""When a customer's data is not erased yet, and who may not erase it at all."""

import pytest
from sqlalchemy import select

from models import Courier, Email, EmailState, Erasure, Order, OrderStatus, Ticket, TicketKind, writing
from tests.orders.asking import ask, link_of
from tests.orders.deciding import cancel, drawn
from tests.people import PASSWORD, Visitor, signed_in
from tests.privacy.customers import HERE, SOMEBODY, bring_to_an_end, erase, erase_page
from tests.support.conftest import mail_of
from tests.support.inside import cancel_in_window


@pytest.mark.parametrize(
    ("hinder", "said"),
    [
        (lambda app, shop, order: shop.change(order, status=OrderStatus.PROCESSING), "it is “Processing” still"),
        (lambda app, shop, order: owe(app, order), "money is owed back"),
        (lambda app, shop, order: wait(app, order), "an email waits to be sent"),
        (lambda app, shop, order: ask_late(app, shop, order), "they asked to cancel it"),
        (lambda app, shop, order: reopen(app, order), "it is open"),
        (lambda app, shop, order: let_the_store_wait(app, shop, order), "an email waits to be sent"),
        (lambda app, shop, order: let_the_store_wait_again(app, shop, order), "an email waits to be sent"),
        (lambda app, shop, order: let_the_owner_wait(app, shop, order), "an email waits to be sent"),
        (lambda app, shop, order: solve(app, shop, order), "an email waits to be sent"),
        (lambda app, shop, order: let_the_store_wait_beside_a_ticket(app, shop, order), "an email waits to be sent"),
    ],
    ids=[
        "under way",
        "refund owed",
        "email waits",
        "request open",
        "ticket open",
        "notice waits",
        "its copy waits",
        "report waits",
        "ticket's email waits",
        "notice waits beside a ticket",
    ],
)
def test_what_is_needed_still_is_not_erased(app, shop, olive, hinder, said):
    order = shop.order(status=OrderStatus.COMPLETED, **SOMEBODY)
    drawn_before = drawn(erase_page(olive, [order]), f"{HERE}/erase", password=PASSWORD)
    hinder(app, shop, order)
    page = erase_page(olive, [order])
    assert page.refusal == "Not yet: something has to come to its end first."
    assert said in page.text
    assert not page.select("input[type=password]")
    version = shop.get(Order, order.id).version
    answer = olive.post(f"{HERE}/erase", **drawn_before | {"orders": f"{order.id}:{version}"})
    assert (answer.status, shop.count(Erasure)) == (409, 0)


def owe(app, order):
    with app.app_context(), writing() as session:
        session.get_one(Order, order.id).status = OrderStatus.ACCEPTED
        session.get_one(Order, order.id).paid = order.total
    cancel(signed_in(app, "sam"), order, notify=None)


def wait(app, order):
    with app.app_context(), writing() as session:
        now = order.placed_at
        session.add(
            Email(kind="order_completed", order_id=order.id, recipient="x@example.com", subject="s", text="t", html="h",
                  message_id="<1>", state=EmailState.QUEUED, created_at=now, due_at=now)
        )  # fmt: skip


def ask_late(app, shop, order):
    shop.change(order, status=OrderStatus.ACCEPTED)
    assert ask(Visitor(app), link_of(app, order)).status == 303
    bring_to_an_end(app)
    shop.change(order, status=OrderStatus.COMPLETED)


def let_the_store_wait(app, shop, order):
    """It is told of a request that is answered by now."""
    shop.change(order, status=OrderStatus.ACCEPTED)
    ask(Visitor(app), link_of(app, order))
    cancel(signed_in(app, "sam"), order, notify=None)
    [notice] = shop.all(select(Email).where(Email.kind == "cancel_requested", Email.state == EmailState.QUEUED))
    bring_to_an_end(app)
    shop.change(notice, state=EmailState.QUEUED, sent_at=None)


def let_the_store_wait_again(app, shop, order):
    let_the_store_wait(app, shop, order)
    bring_to_an_end(app)
    [*_, notice] = shop.all(select(Email).where(Email.kind == "cancel_requested").order_by(Email.id))
    assert signed_in(app, "olive").post(f"/orders/emails/{notice.id}/again").status == 303


def let_the_owner_wait(app, shop, order):
    """They are to hear that support cancelled it, for a ticket about something else."""
    carrier = shop.first(select(Courier).where(Courier.integrated))
    booked = {"courier_id": carrier.id, "booking_integrated": True, "booked_at": order.placed_at}
    shop.change(order, status=OrderStatus.ACCEPTED, **booked)
    olive, uma = signed_in(app, "olive"), signed_in(app, "uma")
    ticket = int(olive.post("/support/tickets/new", subject="s", reason="r").location.rpartition("/")[2])
    cancel_in_window(shop, olive, uma, ticket, order)
    [report] = mail_of(shop, ticket, "access_acted")
    bring_to_an_end(app)
    shop.change(report, state=EmailState.QUEUED, sent_at=None)


def solve(app, shop, order):
    """Whoever opened the ticket is yet to hear of it."""
    reopen(app, order)
    [ticket] = shop.all(select(Ticket).where(Ticket.order_id == order.id))
    assert signed_in(app, "uma").post(f"/support/tickets/{ticket.id}/solve").status == 303
    assert {mail.state for mail in mail_of(shop, ticket.id, "ticket_solved")} == {EmailState.QUEUED}


def let_the_store_wait_beside_a_ticket(app, shop, order):
    solve(app, shop, order)
    bring_to_an_end(app)
    let_the_store_wait(app, shop, order)


def reopen(app, order):
    with app.app_context(), writing() as session:
        now = order.placed_at
        session.add(
            Ticket(kind=TicketKind.CANCELLATION, subject="s", reason="r", opened_by_id=1, opened_at=now,
                   waiting_since=now, order_id=order.id)
        )  # fmt: skip


def test_only_with_the_password_and_only_by_the_owner(olive, sam, uma, mallory, shop, orders):
    answer = erase(olive, orders, password="wrong")
    assert (answer.status, list(answer.errors)) == (422, ["password"])
    assert erase(olive, orders, password="").status == 422
    fields = drawn(answer, f"{HERE}/erase", password=PASSWORD)
    for visitor, status in ((sam, 403), (uma, 403), (mallory, 303)):
        assert visitor.post(f"{HERE}/erase", **{**fields, "csrf_token": visitor.token or "x"}).status in (status, 400)
    assert shop.count(Erasure) == 0


NO_FORM_OF_OURS = ("", "x", "99999:1", "3", "-3:1", "3:1; DROP TABLE orders", "9" * 400 + ":1", "3:0")


def test_what_is_no_form_of_ours_erases_nothing(olive, shop, orders):
    for typed in NO_FORM_OF_OURS:
        answer = olive.post(f"{HERE}/erase", orders=typed, tickets=typed * 2, password=PASSWORD, once="x" * 500)
        assert (answer.status in (303, 409), shop.count(Erasure)) == (True, 0), typed
