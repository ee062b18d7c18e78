"""Two clicks, two tabs, two people, and a fault in the middle: one cancel, whole, or none at all."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from blueprints.orders import cancelling
from models import Cancellation, Note, Order, OrderStatus, PaymentStatus, Refund
from tests.orders.breaking import refuse, refuse_no_more
from tests.orders.deciding import cancel, drawn
from tests.people import signed_in

PAID = {"payment_status": PaymentStatus.PAID}


def effects(shop, order):
    return (
        shop.get(Order, order.id).status,
        shop.events(order),
        len(shop.emails(order)),
        shop.count(Cancellation),
        shop.count(Refund),
        shop.count(Note),
    )


NOTHING = (OrderStatus.PENDING, [], 0, 0, 0, 0)
ONE_CANCEL = (OrderStatus.CANCELLED, ["order.cancelled"], 1, 1, 1, 1)


@pytest.fixture
def order(shop):
    return shop.order(**PAID)


@pytest.fixture
def form(sam, order):
    """The cancel page's form as Sam filled it in; it can be sent more than once."""
    url = f"/orders/{order.id}/cancel"
    return url, drawn(sam.get(url), url, note="Sold out.")


def patiently(visitor, url, fields):
    """Sends it again when the store is busy, as the page asks for."""
    for _ in range(20):
        page = visitor.post(url, **fields)
        if page.status != 503:
            return page
    raise AssertionError("busy for too long")


def at_once(sends):
    """All from the same moment on, each in a thread of its own."""
    start = threading.Barrier(len(sends))

    def send(visitor, url, fields):
        start.wait(timeout=30)
        return patiently(visitor, url, fields)

    with ThreadPoolExecutor(len(sends)) as pool:
        return [answer.result(timeout=60) for answer in [pool.submit(send, *one) for one in sends]]


def test_a_form_sent_five_times_in_a_row_gets_its_first_answer_again(sam, shop, order, form):
    answers = [sam.post(form[0], **form[1]) for _ in range(5)]
    assert {(page.status, page.location) for page in answers} == {(303, f"/orders/{order.id}")}
    assert effects(shop, order) == ONE_CANCEL


def test_a_form_sent_five_times_at_once_gets_one_answer(app, shop, order, sam, form):
    url, fields = form
    cookie = sam.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    clicks = [signed_in(app, "sam") for _ in range(5)]
    for click in clicks:
        click.client.set_cookie(cookie.key, cookie.value)
        click.token = sam.token
    assert {page.status for page in at_once([(click, url, fields) for click in clicks])} == {303}
    assert effects(shop, order) == ONE_CANCEL


def test_a_double_click_in_the_status_area_cancels_once(sam, shop, order):
    url = f"/orders/{order.id}/status"
    fields = drawn(sam.get(f"/orders/{order.id}"), url, status="cancelled", note="Sold out.")
    assert [sam.post(url, **fields).status for _ in range(2)] == [303, 303]
    assert effects(shop, order) == ONE_CANCEL


@pytest.mark.parametrize(
    "other",
    [{"note": "Other words"}, {"internal_note": "Other"}, {"reason": "1"}, {"restock": None}, {"notify": None}],
)
def test_the_same_form_with_other_words_is_refused(sam, shop, order, form, other):
    url, fields = form
    sam.post(url, **fields)
    page = sam.post(url, **{name: value for name, value in {**fields, **other}.items() if value is not None})
    assert page.status == 409
    assert page.refusal == "This page was sent twice, and not with the same words."
    assert effects(shop, order) == ONE_CANCEL


def test_another_persons_form_is_no_double_click(sam, olive, shop, order, form):
    url, fields = form
    sam.post(url, **fields)
    assert olive.post(url, **{**fields, "csrf_token": olive.get(url).token}).status == 409
    assert effects(shop, order) == ONE_CANCEL


def test_a_second_tab_of_the_same_person_is_told_it_is_done(sam, shop, order, form):
    url, first = form
    second = drawn(sam.get(url), url, note="Sold out.")
    assert first["once"] != second["once"]
    sam.post(url, **first)
    page = sam.post(url, **second)
    assert page.refusal == "Order 1001 is already cancelled."
    assert effects(shop, order) == ONE_CANCEL


def test_a_form_that_makes_up_its_token_gains_nothing(sam, shop, order):
    for _ in range(2):
        answer = sam.post(f"/orders/{order.id}/cancel", version="1", note="Sold out.", once="x" * 5000)
    assert answer.status == 409
    assert effects(shop, order)[0] is OrderStatus.CANCELLED


def test_when_the_email_cannot_be_written_nothing_is_changed(sam, shop, order, monkeypatch):
    def fail(*_args, **_fields):
        raise RuntimeError("no such template")

    url = f"/orders/{order.id}/cancel"
    form = drawn(sam.get(url), url, note="Sold out.")
    monkeypatch.setattr(cancelling, "customer_email", fail)
    assert sam.post(url, **form).status == 500
    assert effects(shop, order) == NOTHING


@pytest.mark.parametrize("table", ["notes", "cancellations", "refunds", "emails", "events"])
def test_when_one_row_cannot_be_written_none_is(app, sam, shop, order, table):
    refuse(app, f"BEFORE INSERT ON {table}")
    page = cancel(sam, order, note="Sold out.")
    assert page.status == 500
    assert "could not confirm" in page.text
    assert effects(shop, order) == NOTHING


def test_after_a_fault_the_same_form_can_be_sent_again(app, sam, shop, order, form):
    url, fields = form
    refuse(app, "BEFORE INSERT ON events")
    assert sam.post(url, **fields).status == 500
    refuse_no_more(app)
    assert sam.post(url, **fields).status == 303
    assert effects(shop, order) == ONE_CANCEL


def test_a_second_click_that_puts_some_pieces_back_is_read_as_the_first_was(sam, shop):
    product = shop.product("ADOBO-4", 10)
    order = shop.sold(("ADOBO-4", 3, 48000))
    url = f"/orders/{order.id}/cancel"
    form = drawn(sam.get(url), url, **{f"back_{order.items[0].id}": "2"})
    assert [sam.post(url, **form).status for _ in range(3)] == [303, 303, 303]
    assert shop.on_hand(product) == 9
