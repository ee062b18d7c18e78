"""Erasing a customer's data: nothing is left of them, and the books are as they were."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import event, select, text

from blueprints.privacy.erasing import ErasureWish, erase_customer
from blueprints.privacy.refusals import ErasureRefusal
from blueprints.privacy.sweeping import sweep_up
from models import (
    Actor,
    Attachment,
    Email,
    EmailState,
    Erasure,
    Order,
    OrderStatus,
    Refund,
    Role,
    Ticket,
    TicketMessage,
    db,
    writing,
)
from models.text import ERASED
from tests.orders.asking import ask, link_of
from tests.orders.auditing import Auditor
from tests.orders.deciding import cancel, drawn, save_status
from tests.orders.files import OURS, a_file, send
from tests.people import PASSWORD, Visitor
from tests.privacy.customers import (
    HERE,
    HERS,
    OTHER_WORD,
    SOMEBODY,
    WORD,
    bring_to_an_end,
    erase,
    erase_page,
    in_every_table,
    in_the_file,
    pieces_are_in_the_file,
)
from tests.privacy.test_erasing_refused import reopen
from tests.storing import Outsider, shop_of
from tests.support.conftest import mail_of
from tests.support.inside import cancel_in_window

OLIVE = Actor(user_id=1, name="Olive Owner", role=Role.OWNER)

# All that the books are made of: every number, day and state, and the history.
KEPT = (
    "SELECT id, number, position, placed_at, source, status, cancelled_at, currency, shipping, discount, tax, total, "
    "paid, refunded, payment_status, payment_method, courier_id, booked_at, booking_integrated, booking_cancelled_at, "
    "courier_reference IS NULL, item_count FROM orders",
    "SELECT * FROM order_items",
    "SELECT * FROM cancelled_items",
    "SELECT * FROM cancellations",
    "SELECT * FROM products",
    "SELECT * FROM stock_movements",
    "SELECT id, order_id, cancellation_id, owed, owed_at, settled, settled_at, withdrawn_at, waived_at, waived_by_id "
    "FROM refunds",
    "SELECT id, refund_id, amount, method, paid_on, at, user_id, once FROM settlements",
    "SELECT id, order_id, asked_at, state, decided_at, decided_by_id, cancellation_id, receipt_id FROM cancel_requests",
    "SELECT id, kind, order_id, ticket_id, subject, message_id, state, reason, created_at, sent_at FROM emails",
    "SELECT id, kind, state, opened_by_id, opened_at, solved_at, order_id, order_number, order_placed_at FROM tickets",
    "SELECT id, ticket_id, user_id, at, internal FROM ticket_messages",
    "SELECT * FROM events WHERE code NOT LIKE '%erased'",
    "SELECT * FROM payment_reminders",
)


def kept(app) -> list[list[tuple]]:
    with Outsider(shop_of(app)) as other:
        return [other.run(f"{query} ORDER BY 1, 2") for query in KEPT]


def wish_for(orders, once="a form", tickets=()):
    return ErasureWish({order.id: order.version for order in orders}, tickets, name="Erased customer", once=once)


def notices_in(shop, word):
    found = select(Email).where(Email.kind == "cancel_requested", Email.text.contains(word))
    return shop.all(found.order_by(Email.id))


def test_nothing_is_left_of_the_customer_and_the_books_are_as_they_were(app, shop, olive, orders):
    other = shop.order(status=OrderStatus.COMPLETED)
    before, files = kept(app), [olive.get(f"/insights/{file}").text for file in ("", "?from=2020-01-01&to=2030-01-01")]
    assert {"emails.html", "notes.body", "cancel_requests.reason", "settlements.reference", "refunds.waived_because",
            "tickets.customer_name", "ticket_messages.body", "attachments.filename", "api_requests.answer",
            "import_findings.found", "bulk_cancels.note", "link_requests.email",
            "orders.search_text", "tickets.search_text"} <= in_every_table(app, WORD)  # fmt: skip
    answer = erase(olive, orders)
    assert (answer.status, answer.location) == (303, HERE)
    assert olive.follow(answer).messages == ["The customer’s data is erased. The books are as they were."]
    assert in_every_table(app, WORD) == set()
    assert "0917 555 7788" not in str([shop.get(Order, order.id).customer_phone for order in orders])
    assert kept(app) == before
    assert [olive.get(f"/insights/{file}").text for file in ("", "?from=2020-01-01&to=2030-01-01")] == files
    for order in orders:
        assert shop.events(order)[-1] == "order.erased"
        assert shop.get(Order, order.id).waybill == ""
    again = shop.get(Order, other.id)
    assert (again.customer_name, again.customer_email) == (other.customer_name, other.customer_email)
    audit = Auditor(shop_of(app))
    assert [fault for fault in audit.faults() if "order" not in fault[0]] == []
    audit.close()


@pytest.mark.sqlite
def test_once_the_search_was_swept_no_byte_of_it_is_in_the_file(app, olive, orders):
    """Not even the pieces of three letters by which the search finds a name."""
    assert in_the_file(app, WORD) > 20
    assert pieces_are_in_the_file(app)
    erase(olive, orders)
    with app.app_context():
        assert sweep_up()
        assert not sweep_up()
    assert in_the_file(app, WORD) == 0
    assert not pieces_are_in_the_file(app)
    with app.app_context():
        assert db.session.scalar(text("SELECT count(*) FROM order_search WHERE order_search MATCH '1001'")) == 1
        with writing() as session:
            for index in ("order_search", "ticket_search"):
                session.execute(text(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)"))


def test_all_pages_stay_well(app, shop, olive, orders):
    links = [link_of(app, order) for order in orders]
    settled = shop.first(select(Refund))
    olive.follow(erase(olive, orders))
    for url in ("/", "/orders/", "/orders/?q=1001", "/orders/emails", "/refunds/", f"/refunds/{settled.id}",
                "/support/tickets", "/support/tickets/1", "/insights/", "/orders/bulk/", "/orders/?attention=not_told",
                HERE):  # fmt: skip
        page = olive.get(url)
        assert (page.status, WORD in page.text) == (200, False), url
    for order in orders:
        page = olive.get(f"/orders/{order.id}")
        assert "Erased customer" in page.one("#customer").text
        assert "Olive Owner erased the customer’s data" in page.text
        assert not page.select("#customer a[href*='/orders/?q=']")
    assert all(Visitor(app).get(link).status == 404 for link in links)
    assert olive.client.get("/orders/export.csv").text.count("Erased customer") == 3
    assert olive.get(f"/orders/?q={WORD}").text.count("Erased customer") == 0
    for email in shop.emails(orders[0])[:2]:
        page = olive.get(f"/orders/emails/{email.id}")
        assert "The text and the address were cleared" in page.text
        assert olive.client.get(f"/orders/emails/{email.id}/html").status_code == 404
        refused = olive.post(f"/orders/emails/{email.id}/again")
        assert (refused.status, refused.refusal) == (409, "The email was not sent again.")
        assert "not kept any more" in refused.text
        assert olive.post(f"/orders/emails/{email.id}/address", email="new@example.com").status == 409


def test_a_completed_order_can_still_come_back(olive, shop, orders):
    erase(olive, orders)
    answer = save_status(olive, orders[2], status="returned")
    assert (answer.status, shop.get(Order, orders[2].id).status) == (303, OrderStatus.RETURNED)


def test_a_second_click_and_a_second_look_do_nothing_twice(app, shop, olive, orders):
    page = erase_page(olive, orders)
    fields = drawn(page, f"{HERE}/erase", password=PASSWORD)
    answers = [olive.post(f"{HERE}/erase", **fields) for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    assert (shop.count(Erasure), [shop.events(order).count("order.erased") for order in orders]) == (1, [1, 1, 1])
    stale = olive.post(f"{HERE}/erase", **fields | {"once": "another form"})
    assert (stale.status, stale.refusal) == (409, "Something has changed since you opened this page.")
    assert shop.count(Erasure) == 1


def test_two_owners_at_once_erase_once(app, shop, orders):
    start = Barrier(2)

    def press(number):
        with app.app_context():
            start.wait()
            try:
                return erase_customer(wish_for(orders, once=f"form {number}"), by=OLIVE)
            except ErasureRefusal as refusal:
                return refusal.code

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(press, range(2)))
    assert sorted(map(str, done)) == ["1", "changed_since"]
    assert shop.count(Erasure) == 1


class PowerCut(BaseException):
    pass


def test_wherever_the_power_fails_all_is_old_or_all_is_new(app, orders):
    left = {"statements": -1}

    def count(*_):
        left["statements"] -= 1
        if left["statements"] == 0:
            raise PowerCut

    with app.app_context():
        for name in ("before_cursor_execute", "commit"):
            event.listen(db.engine, name, count)
        whole, before = in_every_table(app, WORD), kept(app)
        cut = 1
        while True:
            left["statements"] = cut
            try:
                erase_customer(wish_for(orders), by=OLIVE)
            except PowerCut:
                db.session.remove()
                assert in_every_table(app, WORD) == whole, f"half erased when cut at {cut}"
                cut += 1
            else:
                break
        left["statements"] = -1
    assert cut > 20
    assert in_every_table(app, WORD) == set()
    assert kept(app) == before


def test_an_order_that_changes_while_the_page_is_open_is_not_erased_unseen(olive, sam, shop, orders):
    page = erase_page(olive, orders)
    save_status(sam, orders[2], status="returned")
    bring_to_an_end(olive.app)
    answer = olive.post(f"{HERE}/erase", **drawn(page, f"{HERE}/erase", password=PASSWORD))
    assert (answer.status, answer.refusal) == (409, "Something has changed since you opened this page.")
    assert shop.get(Order, orders[2].id).customer_email == SOMEBODY["customer_email"]
    again = olive.post(f"{HERE}/erase", **drawn(answer, f"{HERE}/erase", password=PASSWORD))
    assert again.status == 303


def test_the_page_says_what_goes_and_what_stays(olive, orders):
    page = erase_page(olive, orders)
    goes = " ".join(page.one("#goes").text.split())
    assert "3 orders: name, email address" in goes
    assert "1 request to cancel" in goes
    assert "1 ticket to support, 1 message, 1 file" in goes
    assert "Backups that were made before" in page.one("#unreached").text


def test_who_owes_still_is_said_before(olive, shop):
    order = shop.order(status=OrderStatus.COMPLETED, **SOMEBODY)
    assert f"Order {order.number} is delivered and not paid." in erase_page(olive, [order]).text


def test_somebody_else_of_the_same_name_is_left_alone(olive, shop):
    hers = shop.order(status=OrderStatus.COMPLETED, customer_email="maria@example.com", customer_phone="0917 000 0001")
    other = shop.order(status=OrderStatus.COMPLETED, customer_email="other@example.com", customer_phone="0917 000 0002")
    page = olive.get(f"{HERE}/customer?q=MARIA@example.COM")
    assert [str(box["value"]) for box in page.select("input[name=order]")] == [str(hers.id)]
    erase(olive, [hers])
    assert shop.get(Order, hers.id).customer_name == "Erased customer"
    again = shop.get(Order, other.id)
    assert (again.customer_name, again.customer_email) == ("Maria Santos", "other@example.com")


@pytest.mark.parametrize("way", ["mailbox", "outbox"])
def test_a_notice_that_the_store_sent_itself_again_goes_as_well(app, shop, olive, way):
    order = shop.order(**HERS)
    assert ask(Visitor(app), link_of(app, order), f"{OTHER_WORD} is ill").status == 303
    cancel(olive, order)
    bring_to_an_end(app)
    [notice] = notices_in(shop, OTHER_WORD)
    if way == "outbox":
        shop.change(notice, state=EmailState.FAILED, sent_at=None)
        olive.post("/settings/outbox/failed/try")
    else:
        olive.post(f"/orders/emails/{notice.id}/again")
    bring_to_an_end(app)
    olive.post(f"/orders/emails/{notices_in(shop, OTHER_WORD)[-1].id}/again")
    bring_to_an_end(app)
    assert len(notices_in(shop, OTHER_WORD)) >= 2
    assert erase(olive, [order]).status == 303
    assert in_every_table(app, OTHER_WORD) == set()


def test_a_notice_about_somebody_else_keeps_its_words(app, shop, olive, orders):
    other = shop.order(**HERS)
    ask(Visitor(app), link_of(app, other), f"{OTHER_WORD} is ill")
    bring_to_an_end(app)
    olive.post(f"/orders/emails/{notices_in(shop, OTHER_WORD)[0].id}/again")
    bring_to_an_end(app)
    assert erase(olive, orders).status == 303
    assert len(notices_in(shop, OTHER_WORD)) == 2


@pytest.mark.parametrize("solve", [None, "y"])
@pytest.mark.parametrize("about_another_order", [False, True])
def test_the_couriers_reference_goes_from_the_ticket_for_which_support_cancelled(
    app, shop, olive, uma, about_another_order, solve
):
    order, other = shop.booked_order(**HERS), shop.booked_order()
    about = f"?order={other.id}" if about_another_order else ""
    answer = olive.post(f"/support/tickets/new{about}", subject="Both of them", reason="Please cancel")
    ticket = int(answer.location.rpartition("/")[2])
    olive.post(f"/support/tickets/{ticket}/reply", body="Nobody is at home")
    cancel_in_window(shop, olive, uma, ticket, order, courier_reference=f"REF-{OTHER_WORD}", solve=solve)
    bring_to_an_end(app)
    olive.post(f"/orders/emails/{mail_of(shop, ticket, 'access_acted')[0].id}/again")
    bring_to_an_end(app)
    assert {"ticket_messages.body", "emails.text", "emails.html"} <= in_every_table(app, f"REF-{OTHER_WORD}")
    assert erase(olive, [order]).status == 303
    assert in_every_table(app, OTHER_WORD) == set()
    said = select(TicketMessage).where(TicketMessage.ticket_id == ticket).order_by(TicketMessage.id)
    assert [message.body for message in shop.all(said)] == ["Nobody is at home", ERASED]
    assert shop.get(Ticket, ticket).reason == "Please cancel"
    assert mail_of(shop, ticket, "ticket_opened")[0].cleared_at is None


def test_a_general_question_about_them_goes_with_them_and_no_other_ticket(app, olive, shop, orders):
    def file(reason):
        answer = olive.post("/support/tickets/new", subject=f"About {WORD}", reason=reason)
        return int(answer.location.rpartition("/")[2])

    hers, other = file(f"{WORD}@example.com does not pay"), file("The printer smokes")
    for ticket in (hers, other):
        olive.post(f"/support/tickets/{ticket}/close")
    bring_to_an_end(app)
    elsewhere = shop.booked_order(status=OrderStatus.COMPLETED)
    reopen(app, elsewhere)
    erase(olive, orders, tickets=(hers, other + 1))
    assert (shop.get(Ticket, hers).subject, shop.get(Ticket, hers).reason) == (ERASED, ERASED)
    assert shop.get(Ticket, other).reason == "The printer smokes"
    assert shop.get(Ticket, other + 1).reason == "r"


def test_what_is_written_later_can_be_erased_once_more(app, olive, shop, orders):
    erase(olive, orders)
    shop.change(shop.get(Order, orders[0].id), address=f"{WORD} again")
    erase(olive, [shop.get(Order, orders[0].id)])
    assert (in_every_table(app, WORD), shop.count(Erasure)) == (set(), 2)


def test_an_import_with_the_same_number_is_skipped(app, olive, shop, orders):
    erase(olive, orders)
    page = send(olive, a_file(OURS, {"number": orders[0].number, "customer_name": WORD}))
    assert "Already in Suki 1 left as they are" in page.text
    assert shop.count(Order) == 3


def test_a_program_that_asks_again_is_told_the_order_as_it_is_now(app, olive, shop, orders):
    from tests.api.programs import program_of

    program = program_of(app)
    body = {"number": "7001", "customer_name": f"{WORD} P", "items": [{"name": "A", "quantity": 1, "price": 100}]}
    first = program.post("/orders", body, key="once")
    assert first.status == 201
    order = shop.first(select(Order).where(Order.number == "7001"))
    shop.change(order, status=OrderStatus.COMPLETED)
    erase(olive, [shop.get(Order, order.id)])
    again = program.post("/orders", body, key="once")
    assert (again.status, again.json["customer_name"], again.json["id"]) == (201, "Erased customer", order.id)
    assert shop.count(Order) == 4


def test_attachments_are_gone(olive, shop, orders):
    assert shop.count(Attachment) == 1
    erase(olive, orders)
    assert (shop.count(Attachment), olive.get("/support/attachments/1").status) == (0, 404)
