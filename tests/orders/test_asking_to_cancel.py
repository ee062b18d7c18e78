"""A customer asks for a cancel by the link in an email: once, in time, and for their own order only."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models import CancelRequest, Email, Order, OrderStatus, RequestState, Store, writing
from tests.orders.asking import REASON, ask, at_address, link_of, requests_of
from tests.orders.books import later, reinstate
from tests.orders.deciding import cancel, save_status
from tests.people import Visitor

S = OrderStatus
ASKABLE = (S.PENDING, S.ACCEPTED, S.PROCESSING)
OFF = (S.CANCELLED, S.DECLINED)


@pytest.fixture
def shop(shop):
    shop.change(shop.get(Store, 1), email="nena@example.com", phone="(02) 8000 0142")
    return shop


@pytest.fixture
def order(shop):
    return shop.order(status=S.ACCEPTED)


@pytest.fixture
def link(app, order):
    return link_of(app, order)


@pytest.fixture
def maria(app):
    return Visitor(app)


def nothing_came_of_it(shop, order):
    return requests_of(shop, order) == [] and shop.emails() == [] and shop.events(order) == []


def test_asking_leaves_a_request_a_receipt_a_word_to_the_store_and_a_line_in_the_history(maria, sam, shop, order, link):
    answer = ask(maria, link)
    assert (answer.status, answer.location) == (303, link)
    page = maria.follow(answer)
    assert (page.status, page.h1, REASON in page.text) == (200, "We have your request", True)
    [request] = requests_of(shop, order)
    assert (request.state, request.reason, request.decided_at) == (RequestState.OPEN, REASON, None)
    receipt, notice = sorted(shop.emails(), key=lambda email: email.recipient or "")
    assert (receipt.recipient, receipt.kind, receipt.id) == (
        "maria@example.com",
        "cancel_request_received",
        request.receipt_id,
    )
    assert REASON in receipt.text
    assert REASON in receipt.html
    assert (notice.recipient, notice.kind, notice.order_id) == ("nena@example.com", "cancel_requested", None)
    assert f"http://127.0.0.1:5000/orders/{order.id}" in notice.text
    assert shop.events(order) == ["order.cancel_requested"]
    assert shop.get(Order, order.id).version == order.version
    assert "Maria Santos asked to cancel the order" in sam.get(f"/orders/{order.id}").one("#history").text


def test_the_receipt_says_when_in_the_zone_of_the_store(maria, shop, order, link):
    with time_machine.travel(datetime(2026, 11, 20, 16, 30, tzinfo=UTC), tick=False):
        ask(maria, link_of(maria.app, order))
    assert "Saturday 21 November 2026, 12:30" in shop.emails(order)[0].text


def test_the_page_says_little_of_the_order(maria, shop, app):
    secret = {"customer_note": "Leave it with the guard.", "waybill": ""}
    order = shop.order(status=S.ACCEPTED, **secret)
    page = maria.get(link_of(app, order))
    assert "1001" in page.text
    assert "2 × Adobo set" in page.text
    assert "₱960.00" in page.text
    for hidden in ("Maria", "Santos", "maria@", "0917", "Mabini", "guard"):
        assert hidden not in page.response.text


def test_looking_changes_nothing_however_often(maria, shop, order, link):
    for _ in range(3):
        assert maria.get(link).status == 200
    assert maria.client.head(link).status_code == 200
    assert nothing_came_of_it(shop, order)


def test_asked_twice_there_is_one_request_and_one_receipt(maria, app, shop, order, link):
    other_tab = at_address(app, "10.0.0.2")
    other_tab.get(link)
    ask(maria, link)
    assert maria.post(link, reason="Once more").status == 303
    assert other_tab.follow(other_tab.post(link, reason="From the other tab")).h1 == "We have your request"
    assert [request.reason for request in requests_of(shop, order)] == [REASON]
    assert len(shop.emails(order)) == 1


def test_of_eight_at_once_one_asks(app, shop, order, link):
    visitors = [Visitor(app) for _ in range(8)]
    for visitor in visitors:
        visitor.get(link)
    start = threading.Barrier(len(visitors))

    def click(visitor):
        start.wait()
        return visitor.post(link, reason=REASON).status

    with ThreadPoolExecutor(len(visitors)) as threads:
        answers = set(threads.map(click, visitors))
    assert answers <= {303, 503}
    assert len(requests_of(shop, order)) == 1
    assert sorted(email.kind for email in shop.emails()) == ["cancel_request_received", "cancel_requested"]
    assert shop.events(order) == ["order.cancel_requested"]


def altered(link):
    """Each letter of the link in turn is another one, and pieces of it are missing or come twice."""
    path, token = link[:5], link[5:]
    for place in range(0, len(token), 3):
        yield path + token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for letter in last.replace(token[-1], ""):
        yield path + token[:-1] + letter  # some of these spell the same bits
    yield from (link[:-1], link + "A", path + token[::-1], path + token.replace(".", "", 1))


GUESSED = ["x", "sent-", "own-link", "%00", "🥥", "a.b.c", "WzEsIngiXQ.aaaaaa.bbbb", "a" * 3000]


def test_a_link_that_was_guessed_or_altered_opens_nothing_and_says_nothing(maria, app, shop, order, link):
    pages = [maria.get(wrong) for wrong in (*altered(link), *(f"/ask/{guess}" for guess in GUESSED))]
    assert {page.status for page in pages} == {404}
    [said] = {page.text for page in pages}
    assert said.startswith("This link does not work")
    for wrong in (*list(altered(link))[::20], f"/ask/{GUESSED[2]}"):
        assert maria.post(wrong, reason=REASON).text == said
    with app.app_context():
        of_nobody = link_of(app, Order(id=999, customer_email="maria@example.com"))
    assert maria.get(of_nobody).text == said
    assert nothing_came_of_it(shop, order)


def test_a_link_of_another_salt_of_the_same_key_opens_nothing(app, maria, order):
    from itsdangerous import URLSafeTimedSerializer

    with app.app_context():
        other = URLSafeTimedSerializer(app.secret_key, salt="another").dumps([order.id, "00"])
    assert maria.get(f"/ask/{other}").status == 404


def test_an_expired_link_says_so_and_leads_to_a_new_one(app, maria, shop, order, link):
    with time_machine.travel(datetime.now(UTC) + timedelta(days=59), tick=False):
        assert maria.get(link).status == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(days=61), tick=False):
        page = maria.get(link)
        assert (page.status, page.h1) == (404, "This link is too old")
        assert page.select("main a[href='/ask']")
        maria.get("/ask")
        assert maria.post(link, reason=REASON).status == 404
    assert nothing_came_of_it(shop, order)


def test_whoever_a_link_was_forwarded_to_the_customer_learns_of_it(app, shop, order, link):
    ask(at_address(app, "203.0.113.9"), link)
    assert [email.recipient for email in shop.emails(order)] == ["maria@example.com"]


def test_a_link_that_went_to_a_wrong_address_is_void_once_that_is_corrected(app, maria, shop, order, link):
    shop.change(order, customer_email="mario@example.com")
    assert maria.get(link).h1 == "This link does not work"
    assert ask(maria, link).status == 404
    assert nothing_came_of_it(shop, order)
    assert maria.get(link_of(app, shop.get(Order, order.id))).status == 200
    shop.change(order, customer_email="MARIA@example.com")
    assert maria.get(link).status == 200, "the same address in other letters"


@pytest.mark.parametrize("status", [status for status in S if status not in (*ASKABLE, *OFF)])
def test_once_the_order_moved_on_it_says_so_and_how_to_reach_the_shop(maria, app, shop, status):
    order = shop.order()
    link = link_of(app, order)
    assert maria.get(link).status == 200
    shop.change(order, status=status)
    page = maria.get(link)
    assert (page.status, page.h1) == (409, "It is too late to ask here")
    assert page.select("a[href='tel:0280000142']")
    assert page.select("a[href='mailto:nena@example.com']")
    assert not page.select("form")
    assert maria.post(link, reason=REASON).status == 409
    assert nothing_came_of_it(shop, order)


def test_the_owner_says_until_when(maria, app, shop):
    shop.change(shop.get(Store, 1), ask_until=S.PENDING)
    order = shop.order()
    link = link_of(app, order)
    shop.change(order, status=S.ACCEPTED)
    assert ask(maria, link).status == 409
    shop.change(shop.get(Store, 1), ask_until=S.SHIPPED)
    shop.change(order, status=S.SHIPPED)
    assert ask(maria, link).status == 303


def test_switched_off_links_and_pages_are_gone(maria, sam, shop, order, link):
    shop.change(shop.get(Store, 1), customers_may_ask=False)
    assert [maria.get(url).status for url in (link, "/ask", "/ask/sent", "/ask/x")] == [404] * 4
    assert maria.post(link, reason=REASON).status == 404
    assert maria.post("/ask", number="1001", email="maria@example.com").status == 404
    save_status(sam, order, status="processing")
    assert "/ask/" not in shop.emails(order)[0].text + shop.emails(order)[0].html
    assert requests_of(shop, order) == []


def test_of_a_cancelled_order_it_says_that(maria, sam, order, link):
    cancel(sam, order)
    page = maria.get(link)
    assert (page.status, page.h1) == (409, "Order 1001 is cancelled")
    assert maria.post(link, reason=REASON).status == 409


def test_of_an_order_that_the_shop_declined_it_says_that(maria, shop, order, link):
    shop.change(order, status=S.DECLINED)
    page = maria.get(link)
    assert (page.status, page.h1) == (409, "We cannot take your order 1001")
    assert not page.select("form")
    assert maria.post(link, reason=REASON).status == 409
    assert nothing_came_of_it(shop, order)


def test_after_a_cancel_that_was_reinstated_they_may_ask_anew(maria, sam, shop, order, link):
    ask(maria, link)
    cancel(sam, order)
    assert maria.get(link).h1 == "We have your request", "while it can be undone nobody hears of it"
    with later(seconds=31):
        assert maria.get(link).h1 == "Order 1001 is cancelled"
    reinstate(sam, order)
    assert maria.get(link).h1 == "Ask to cancel order 1001"
    ask(maria, link, "I do mean it.")
    states = [(request.state, request.reason) for request in requests_of(shop, order)]
    assert states == [(RequestState.APPROVED, REASON), (RequestState.OPEN, "I do mean it.")]


def test_a_later_cancel_is_not_taken_for_the_one_that_they_asked_for(maria, sam, order, link):
    ask(maria, link)
    cancel(sam, order)
    with later(seconds=31):
        reinstate(sam, order)
        cancel(sam, order)
        page = maria.get(link)
    assert (page.h1, "You asked for it" in page.text) == ("Order 1001 is cancelled", False)


HOSTILE = [
    ("", "Write in a few words"),
    (" \u200b\u202e \x00 ", "Write in a few words"),
    ("x" * 501, "501 characters"),
    ("a" * 900_000, "900,000 characters"),
]


@pytest.mark.parametrize(("reason", "said"), HOSTILE, ids=["none", "unseen", "long", "huge"])
def test_what_is_no_reason_is_refused_beside_its_field(maria, shop, order, link, reason, said):
    page = ask(maria, link, reason)
    assert (page.status, list(page.errors)) == (422, ["reason"])
    assert said in page.errors["reason"]
    assert nothing_came_of_it(shop, order)


def test_a_million_letters_are_too_large(maria, shop, order, link):
    assert ask(maria, link, "a" * 1_100_000).status == 413
    assert nothing_came_of_it(shop, order)


def test_whatever_is_written_is_inert_in_pages_and_emails(maria, sam, shop, order, link):
    reason = (
        "</p><script>alert(1)</script>\r\nBcc: x@example.org\x00\u202eevil\u2066 {{ 7*7 }} /ask/own-link %(number)s"
    )
    ask(maria, link, reason)
    [request] = requests_of(shop, order)
    assert request.reason == "</p><script>alert(1)</script> Bcc: x@example.orgevil {{ 7*7 }} /ask/own-link %(number)s"
    for url in (link, f"/orders/{order.id}", f"/orders/{order.id}/cancel", f"/orders/{order.id}/request/decline"):
        page = sam.get(url)
        assert request.reason in page.text
        assert "<script>alert" not in page.response.text
    for email in shop.emails():
        assert "<script>alert" not in email.html
        assert "\n" not in email.subject


def test_the_page_of_a_link_sends_no_referrer_is_kept_nowhere_and_takes_its_own_form(maria, link):
    page = maria.get(link)
    assert page.response.headers["Referrer-Policy"] == "no-referrer"
    assert page.response.headers["Cache-Control"] == "no-store"
    fields = {"csrf_token": maria.token, "reason": REASON}
    for headers in ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, {"Origin": "null"}):  # as older phones say it
        assert maria.client.post(link, data=fields, headers=headers).status_code == 303


def test_another_site_asks_for_nobody(maria, shop, order, link):
    maria.get(link)
    fields = {"csrf_token": maria.token, "reason": REASON}
    for site in ("cross-site", "same-site"):
        headers = {"Origin": "null", "Sec-Fetch-Site": site}
        assert maria.client.post(link, data=fields, headers=headers).status_code == 403
    assert maria.client.post(link, data={"reason": REASON}).status_code == 400, "no token"
    assert nothing_came_of_it(shop, order)


def test_the_log_knows_no_link_and_no_reason(maria, link, caplog):
    caplog.set_level(logging.INFO)
    maria.follow(ask(maria, link))
    maria.get(link[:-1])
    assert "cancel asked for order=1" in caplog.messages
    assert not [line for line in caplog.messages if link[5:25] in line or REASON in line]


def test_a_fault_in_the_middle_asks_nothing(maria, shop, order, link, monkeypatch):
    monkeypatch.setattr("blueprints.orders.asking_to_cancel.leave_event_beside", lambda *_, **__: 1 / 0)
    assert ask(maria, link).status == 500
    assert nothing_came_of_it(shop, order)


# What the database refuses


@pytest.mark.parametrize(
    "mischief",
    [
        "INSERT INTO cancel_requests (order_id, asked_at, reason, state) "
        "SELECT order_id, asked_at, 'again', 'open' FROM cancel_requests",
        "UPDATE cancel_requests SET reason = 'something else'",
        "UPDATE cancel_requests SET state = 'declined'",
        "UPDATE cancel_requests SET decided_by_id = 1",
        "UPDATE cancel_requests SET state = 'approved', decided_at = asked_at",
        "UPDATE cancel_requests SET state = 'lost'",
        "UPDATE cancel_requests SET answer_id = receipt_id",
        "DELETE FROM cancel_requests",
    ],
)
def test_no_second_open_request_and_no_half_decided_one_can_be_written(maria, app, link, mischief):
    ask(maria, link)
    with app.app_context(), pytest.raises(IntegrityError), writing() as session:
        session.execute(text(mischief))


def test_nothing_of_it_is_lost(maria, shop, link):
    ask(maria, link)
    assert (shop.count(CancelRequest), shop.count(Email)) == (1, 2)
