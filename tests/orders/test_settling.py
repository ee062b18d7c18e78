"""Settling what a cancel owes: never more than that, never twice, and closed for good when it is done."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from blueprints.orders.refusals import OrderRefusal
from blueprints.orders.settling import Repayment, settle_refund, waive_refund
from models import SYSTEM, EmailState, Event, Order, PaymentMethod, PaymentStatus, Refund, Settlement, writing
from models.settlement import SettlementMethod
from tests.orders.breaking import refuse
from tests.orders.deciding import cancel, drawn, settle, waive
from tests.people import signed_in

NOON = "2026-11-23T04:00:00Z"
PAID = {"payment_status": PaymentStatus.PAID, "payment_method": PaymentMethod.GCASH}


@pytest.fixture(autouse=True)
def noon():
    """Of Monday 23 November in Manila."""
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def refund(sam, shop):
    """₱960.00, paid by GCash, of an order that Sam cancelled."""
    cancel(sam, shop.order(**PAID), notify=None)
    return shop.first(select(Refund))


def books(shop, refund):
    """What is settled, what the order says was refunded, and how many settlements there are."""
    again = shop.get(Refund, refund.id)
    return again.settled, shop.get(Order, refund.order_id).refunded, shop.count(Settlement)


NOTHING = (0, 0, 0)


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("amount", "960.01", "At most ₱960.00 is left to return."),
        ("amount", "0", "Write how much."),
        ("amount", "", "Write how much."),
        ("amount", "-5", "Write an amount such as 1250.00."),
        ("amount", "1e9", "Write an amount such as 1250.00."),
        ("amount", "9" * 40, "Write an amount such as 1250.00."),
        ("paid_on", "2026-11-24", "This day is still to come. Record the money when it went back."),
        ("paid_on", "2026-11-19", "Choose a day from 20 November 2026 to today."),
        ("paid_on", "yesterday", "Write the day as year-month-day, such as 2026-11-21."),
        ("paid_on", "2026-02-30", "Write the day as year-month-day, such as 2026-11-21."),
        ("paid_on", "", "Say on which day it went back."),
        ("method", "bitcoin", "Choose one of the ways in the list."),
        ("reference", "x" * 81, "This is 81 characters long; at most 80 fit."),
    ],
)
def test_what_can_not_be_is_said_at_its_field(sam, shop, refund, field, typed, error):
    page = settle(sam, refund, **{field: typed})
    assert (page.status, page.errors) == (422, {field: error})
    assert books(shop, refund) == NOTHING
    if field != "method":
        assert page.value(field) == typed


def test_what_a_file_dated_ahead_was_paid_goes_back_today(sam, shop):
    cancel(sam, shop.order(placed_at=datetime.fromisoformat("2027-09-01T02:00Z"), **PAID), notify=None)
    refund = shop.first(select(Refund))
    assert settle(sam, refund, paid_on="2026-11-22").errors == {
        "paid_on": "Choose a day from 23 November 2026 to today."
    }
    assert settle(sam, refund).status == 303
    assert books(shop, refund) == (96000, 96000, 1)


def test_more_than_is_left_is_refused_after_a_part(sam, shop, refund):
    settle(sam, refund, amount="900")
    assert settle(sam, refund, amount="60.01").errors == {"amount": "At most ₱60.00 is left to return."}
    assert books(shop, refund) == (90000, 90000, 1)


def test_the_same_form_sent_twice_gets_its_first_answer_again(sam, shop, refund):
    url = f"/refunds/{refund.id}/settle"
    form = drawn(sam.get(f"/refunds/{refund.id}"), url, amount="100")
    assert [(page.status, page.location) for page in (sam.post(url, **form) for _ in range(3))] == 3 * [
        (303, f"/refunds/{refund.id}")
    ]
    assert books(shop, refund) == (10000, 10000, 1)


@pytest.mark.parametrize("other", ["amount=200", "method=cash", "reference=B", "paid_on=2026-11-22"])
def test_the_same_form_with_other_words_is_refused(sam, shop, refund, other):
    url = f"/refunds/{refund.id}/settle"
    form = drawn(sam.get(f"/refunds/{refund.id}"), url, amount="100")
    sam.post(url, **form)
    page = sam.post(url, **form | dict([other.split("=")]))
    assert (page.status, page.refusal) == (409, "This page was sent twice, and not with the same words.")
    assert books(shop, refund) == (10000, 10000, 1)


def test_a_stale_page_notes_nothing_and_keeps_what_was_typed(sam, olive, shop, refund):
    url = f"/refunds/{refund.id}/settle"
    form = drawn(sam.get(f"/refunds/{refund.id}"), url, amount="100", reference="GC-1")
    settle(olive, refund, amount="50")
    page = sam.post(url, **form)
    assert (page.status, page.refusal) == (409, "Order 1001 was changed while you had this page open.")
    assert "Olive Owner recorded a refund of ₱50.00." in page.text
    assert (page.value("amount"), page.value("reference")) == ("100", "GC-1")
    assert sam.post(url, **drawn(page, url)).status == 303
    assert books(shop, refund) == (15000, 15000, 2)


def test_another_persons_form_is_no_second_click(sam, olive, shop, refund):
    url = f"/refunds/{refund.id}/settle"
    form = drawn(sam.get(f"/refunds/{refund.id}"), url, amount="100")
    sam.post(url, **form)
    assert olive.post(url, **form | {"csrf_token": olive.get("/refunds/").token}).status == 409
    assert books(shop, refund) == (10000, 10000, 1)


def test_of_six_who_settle_it_at_once_one_is_noted(app, shop, refund):
    visitors = [signed_in(app, name) for name in 3 * ("olive", "sam")]
    url = f"/refunds/{refund.id}/settle"
    forms = [drawn(visitor.get(f"/refunds/{refund.id}"), url) for visitor in visitors]
    start = Barrier(len(visitors))

    def send(visitor, form):
        start.wait(timeout=30)
        for _ in range(20):
            if (page := visitor.post(url, **form)).status != 503:
                return page.status
        raise AssertionError("busy for too long")

    with ThreadPoolExecutor(len(visitors)) as pool:
        answers = list(pool.map(send, visitors, forms))
    assert sorted(answers) == [303] + 5 * [409]
    assert books(shop, refund) == (96000, 96000, 1)
    assert len([email for email in shop.emails() if email.kind == "refund_settled"]) == 1


def test_what_is_closed_takes_no_more(sam, shop, refund):
    url = f"/refunds/{refund.id}/settle"
    form = drawn(sam.get(f"/refunds/{refund.id}"), url)
    waive(sam, refund)
    page = sam.post(url, **form)
    assert (page.status, page.refusal) == (409, "The refund for order 1001 is closed already.")
    assert not page.select(f"form[action='{url}']")
    assert sam.post(url, **form | {"amount": ""}).status == 409
    assert books(shop, refund) == NOTHING


def test_what_is_settled_is_not_waived(sam, shop, refund):
    url = f"/refunds/{refund.id}/waive"
    form = drawn(sam.get(f"/refunds/{refund.id}"), url, because="No.")
    settle(sam, refund)
    assert sam.post(url, **form).status == 409
    assert shop.get(Refund, refund.id).waived_at is None


def test_a_stale_page_waives_nothing(sam, olive, shop, refund):
    url = f"/refunds/{refund.id}/waive"
    form = drawn(sam.get(f"/refunds/{refund.id}"), url, because="Voucher.")
    settle(olive, refund, amount="50")
    assert sam.post(url, **form).status == 409
    assert shop.get(Refund, refund.id).is_open


def test_nothing_is_waived_without_a_reason(sam, shop, refund):
    page = waive(sam, refund, because="  ")
    assert (page.status, page.errors) == (422, {"because": "Say why, for whoever asks later."})
    assert waive(sam, refund, because="x" * 501).status == 422
    assert shop.get(Refund, refund.id).is_open


def test_support_never_settles(uma, refund):
    for method, what in (("get", ""), ("post", "/settle"), ("post", "/waive")):
        assert getattr(uma, method)(f"/refunds/{refund.id}{what}").status == 403
    assert uma.get("/refunds/").status == 403


def test_a_refund_that_is_not_there_is_404(sam):
    assert sam.get("/refunds/7").status == 404
    assert sam.post("/refunds/7/settle", amount="1").status == 404


@pytest.mark.parametrize("table", ["settlements", "events", "emails"])
def test_when_one_row_cannot_be_written_none_is(app, sam, shop, refund, table):
    refuse(app, f"BEFORE INSERT ON {table}")
    assert settle(sam, refund).status == 500
    assert books(shop, refund) == NOTHING
    assert shop.get(Refund, refund.id).is_open


def test_what_is_left_is_proposed_by_the_way_it_came(sam, refund):
    page = sam.get(f"/refunds/{refund.id}")
    assert (page.value("amount"), page.value("method"), page.value("paid_on")) == ("960.00", "gcash", "2026-11-23")


def test_a_part_leaves_the_rest_owed_and_tells_nobody_yet(sam, shop, refund):
    page = sam.follow(settle(sam, refund, amount="300", method="cash", reference="OR 12", paid_on="2026-11-21"))
    assert page.messages == ["₱300.00 was recorded as returned; ₱660.00 is left."]
    noted = "Cash · 21 November 2026 OR 12 · recorded by Sam Staff today 12:00 PM Recorded by mistake?"
    assert f"{noted} \N{MINUS SIGN}₱300.00" in page.text
    order = shop.get(Order, refund.order_id)
    assert (order.refunded, order.payment_status) == (30000, PaymentStatus.PARTIALLY_REFUNDED)
    assert [email.kind for email in shop.emails()] == ["order_cancelled"]
    assert page.value("amount") == "660.00"


def test_the_last_part_closes_it_and_the_customer_reads_of_each(sam, shop, refund):
    settle(sam, refund, amount="300", method="cash", paid_on="2026-11-21")
    page = sam.follow(settle(sam, refund, reference="GC-9"))
    assert page.messages == ["₱660.00 was recorded as returned. Nothing more is owed."]
    done, order = shop.get(Refund, refund.id), shop.get(Order, refund.order_id)
    assert (done.settled, done.settled_at is not None) == (96000, True)
    assert (order.refunded, order.payment_status) == (96000, PaymentStatus.REFUNDED)
    assert shop.events(order) == ["order.cancelled", "order.refunded", "order.refunded"]
    email = shop.emails()[-1]
    assert (email.kind, email.state, email.subject) == (
        "refund_settled",
        EmailState.QUEUED,
        "The money for your order 1001 is returned",
    )
    for part in ("₱960.00", "₱300.00 · Cash · 21 November 2026", "₱660.00 · GCash · 23 November 2026 · reference GC-9"):
        assert part in email.text


def test_markup_in_a_reference_stays_text_in_the_email(sam, shop, refund):
    settle(sam, refund, reference="<b>1</b>")
    assert "&lt;b&gt;1&lt;/b&gt;" in shop.emails()[-1].html


def test_the_unticked_box_tells_nobody_and_says_so(sam, shop, refund):
    settle(sam, refund, notify=None)
    assert shop.emails()[-1].state is EmailState.NOT_SENT
    assert "Nobody was emailed" in sam.get(f"/orders/{refund.order_id}").text


def test_what_is_waived_says_who_and_why_and_goes_on_no_bill(sam, shop, refund):
    settle(sam, refund, amount="300")
    page = sam.follow(waive(sam, refund))
    assert page.messages == ["What was left for order 1001 is waived."]
    assert "Waived ₱660.00" in page.text
    assert "Sam Staff waived it on Monday 23 November 2026" in page.text
    assert "She took a voucher instead." in page.text
    event = shop.all(select(Event).order_by(Event.id))[-1]
    assert (event.code, event.amount) == ("refund.waived", 66000)
    assert shop.get(Order, refund.order_id).payment_status is PaymentStatus.PARTIALLY_REFUNDED


def test_waiving_twice_is_once(sam, shop, refund):
    url = f"/refunds/{refund.id}/waive"
    form = drawn(sam.get(f"/refunds/{refund.id}"), url, because="Voucher.")
    assert [sam.post(url, **form).status for _ in range(2)] == [303, 303]
    assert shop.events(shop.get(Order, refund.order_id)).count("refund.waived") == 1


def test_waived_by_somebody_else_is_said_though_the_words_are_the_same(sam, olive, shop, refund):
    url = f"/refunds/{refund.id}/waive"
    form = drawn(olive.get(f"/refunds/{refund.id}"), url, because="Voucher.")
    waive(sam, refund, because="Voucher.")
    page = olive.post(url, **form)
    assert (page.status, page.refusal) == (409, "The refund for order 1001 is closed already.")
    assert shop.get(Refund, refund.id).waived_by_id == 2


def test_a_page_of_the_order_from_before_it_was_waived_is_stale(sam, shop, refund):
    before = shop.get(Order, refund.order_id).version
    waive(sam, refund)
    assert shop.get(Order, refund.order_id).version == before + 1


@pytest.mark.parametrize(
    "past_the_app",
    [
        "INSERT INTO settlements (refund_id, amount, method, reference, paid_on, at) "
        "VALUES (1, 96001, 'cash', '', '2026-11-23', '2026-11-23')",
        "INSERT INTO settlements (refund_id, amount, method, reference, paid_on, at) "
        "VALUES (1, -1, 'cash', '', '2026-11-23', '2026-11-23')",
        "UPDATE refunds SET settled = 96000, settled_at = '2026-11-23'",
        "UPDATE refunds SET settled_at = '2026-11-23'",
        "UPDATE refunds SET waived_at = '2026-11-23', settled_at = '2026-11-23'",
        "UPDATE refunds SET waived_at = '2026-11-23', waived_because = 'No.'",
        "UPDATE refunds SET owed = 0",
        "UPDATE refunds SET owed = 9000",
        "UPDATE settlements SET amount = 1",
        "DELETE FROM settlements",
    ],
)
def test_the_database_itself_keeps_the_ledger(app, sam, shop, refund, past_the_app):
    settle(sam, refund, amount="100")
    with app.app_context(), pytest.raises(IntegrityError), writing() as session:
        session.execute(text(past_the_app))
    assert books(shop, refund) == (10000, 10000, 1)


def test_a_closed_refund_stays_as_it_is_whoever_asks(app, sam, shop, refund):
    waive(sam, refund)
    for statement in (
        "UPDATE refunds SET waived_at = NULL, waived_because = NULL, settled_at = NULL",
        "INSERT INTO settlements (refund_id, amount, method, reference, paid_on, at) "
        "VALUES (1, 1, 'cash', '', '2026-11-23', '2026-11-23')",
    ):
        with app.app_context(), pytest.raises(IntegrityError), writing() as session:
            session.execute(text(statement))
    assert books(shop, refund) == NOTHING


STEPS = st.lists(st.one_of(st.integers(1, 120_000), st.just("waive")), max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_tried_the_books_agree(app, sam, shop, steps):
    order = shop.order(**PAID)
    cancel(sam, order, notify=None)
    refund = shop.first(select(Refund).where(Refund.order_id == order.id))
    for step in steps:
        version = shop.get(Order, order.id).version
        with app.app_context(), contextlib.suppress(OrderRefusal):
            if step == "waive":
                waive_refund(refund.id, version=version, because="No.", by=SYSTEM)
            else:
                repayment = Repayment(step, SettlementMethod.CASH, date(2026, 11, 23))
                settle_refund(refund.id, version=version, repayment=repayment, notify=False, by=SYSTEM)
        now, after = shop.get(Refund, refund.id), shop.get(Order, order.id)
        parts = shop.all(select(Settlement).where(Settlement.refund_id == refund.id))
        assert now.settled == after.refunded == sum(part.amount for part in parts)
        assert 0 <= now.settled <= now.owed == after.paid
        assert now.is_open == (now.left > 0 and now.waived_at is None)
