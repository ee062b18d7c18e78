"""What a row of the list says of an order that somebody has to decide about: its customer asks to cancel, or Suki
cancels it by itself unless it is paid."""

import pytest
from markupsafe import Markup

from models import EmailState, OrderStatus, PaymentMethod, PaymentStatus, Store
from tests.orders.asking import ask, link_of
from tests.orders.test_answering_request import decline
from tests.orders.test_cancelling_unpaid import plain
from tests.orders.waiting import HOURS, NOTICE, pay
from tests.orders.watching import statements
from tests.pages import words
from tests.people import Visitor, signed_in


def marks(app, order, url="/orders/", who="sam"):
    [row] = [row for row in signed_in(app, who).get(url).select("tbody tr") if order.number in words(row)]
    return [plain(words(mark)) for mark in row.select(".mark")]


def test_whose_customer_asks_to_cancel_is_marked_until_they_have_an_answer(app, shop):
    order, other = shop.order(), shop.order()
    ask(Visitor(app), link_of(app, order))
    for url in ("/orders/", "/", f"/orders/?q={order.number}"):
        assert marks(app, order, url) == ["Unpaid", "Asks to cancel"]
    assert marks(app, other) == ["Unpaid"]
    decline(signed_in(app, "sam"), order)
    assert marks(app, order) == ["Unpaid"]


def test_when_an_unpaid_order_is_cancelled_by_itself_stands_in_its_row(app, shop, timer):
    order = timer.order()
    assert marks(app, order) == ["Unpaid", "Cancels Mon 9:30 AM"]
    for url in ("/", "/orders/?payment=unpaid", f"/orders/?q={order.number}"):
        assert marks(app, order, url) == ["Unpaid", "Cancels Mon 9:30 AM"]
    timer.at(HOURS - NOTICE)
    timer.look()
    assert marks(app, order) == ["Unpaid"], "its reminder has not left, so nobody knows when"
    timer.at(HOURS - NOTICE + 5)
    timer.deliver()
    assert marks(app, order) == ["Unpaid", "Cancels Mon 2:30 PM"]
    timer.at(HOURS)
    assert marks(app, order) == ["Unpaid", "Cancels today 2:30 PM"]
    assert "Suki cancels the order today 2:30 PM" in plain(signed_in(app, "sam").get(f"/orders/{order.id}").text)


def test_the_row_speaks_the_language_and_the_time_of_the_shop(app, shop, timer):
    order = timer.order()
    shop.change(shop.get(Store, 1), language="fil", timezone="Europe/Berlin")
    assert "2:30 AM" in marks(app, order)[1]
    assert "Lun" in marks(app, order)[1]


@pytest.mark.parametrize(
    "columns",
    [
        {"payment_method": PaymentMethod.COD},
        {"payment_status": PaymentStatus.PAID},
        {"status": OrderStatus.SHIPPED},
        {"customer_email": None},
    ],
    ids=["cash on delivery", "paid", "out of the shop", "nobody to remind"],
)
def test_what_suki_leaves_alone_says_nothing_of_an_end(app, timer, columns):
    assert len(marks(app, timer.order(**columns))) == 1


@pytest.mark.parametrize(
    "ends",
    [
        lambda app, timer, order: pay(app, order),
        lambda app, timer, order: signed_in(app, "sam").post(f"/orders/{order.id}/keep"),
        lambda app, timer, order: timer.on(hours=None),
        lambda app, timer, order: timer.shop.change(timer.shop.get(Store, 1), alerts_on=False),
    ],
    ids=["paid", "kept", "timer off", "alerts off"],
)
def test_once_suki_does_not_cancel_it_any_more_the_row_says_so(app, timer, ends):
    order = timer.order()
    assert len(marks(app, order)) == 2
    ends(app, timer, order)
    assert len(marks(app, order)) == 1


def test_a_reminder_that_did_not_get_through_ends_nothing(app, timer):
    order = timer.order()
    timer.remind(state=EmailState.FAILED, sent_at=None)
    assert marks(app, order) == ["Unpaid"]


def test_the_marks_cost_no_statement(app, shop, timer):
    order, counts = timer.order(), []
    for prepare in (
        lambda: timer.on(hours=None),
        timer.on,
        timer.remind,
        lambda: ask(Visitor(app), link_of(app, order)),
    ):
        prepare()
        sam = signed_in(app, "sam")
        sam.get("/orders/")
        with statements(app) as asked:
            sam.get("/orders/")
        counts.append(len(asked))
    assert len(set(counts)) == 1, counts


def test_paid_and_refund_owed_do_not_look_alike(app):
    with app.test_request_context("/"):
        mark = app.jinja_env.get_template("macros/status.html").module.mark
        paid, owed = (Markup(mark(state, "word")) for state in ("paid", "owed"))
    assert paid.split("<path")[1] != owed.split("<path")[1]
