"""Proof of what the customer was told: the panel on the order's page, and the list of those who were not."""

import re
from datetime import timedelta

import pytest

from blueprints import clock, outbox
from models import Alert, EmailState, NotSentReason, Order, OrderStatus, Store, writing
from tests.mail.desk import A_MESSAGE, MailDesk
from tests.orders.books import later, reinstate
from tests.orders.deciding import cancel
from tests.orders.watching import statements
from tests.pages import words
from tests.people import signed_in
from tests.support.inside import enter, open_window, window_of

A_DAY_ON = clock.now() + timedelta(days=1)
"""So far that it is still to come when the tests get here."""


@pytest.fixture(autouse=True)
def emails_leave_at_once(shop):
    """How long they wait for an Undo is told elsewhere."""
    shop.change(shop.get(Store, 1), undo_seconds=0)


def panel(visitor, order):
    return words(visitor.get(f"/orders/{order.id}").one("#emails"))


def verdict(visitor, order):
    """The one sentence at its head."""
    return words(visitor.get(f"/orders/{order.id}").one("#emails .notice"))


@pytest.fixture
def not_told(sam):
    """The numbers in the list of those who were not told; the tab and Today must agree with it."""

    def read() -> list[str]:
        page = sam.get("/orders/?attention=not_told")
        found = [words(cell) for cell in page.select("td.c-number")]
        tab = words(page.one(".tabs [aria-current]"))
        assert tab == ("Customer not told" + (f" {len(found)}" if found else ""))
        tiles = [words(tile) for tile in sam.get("/").select(".tile") if "Customer not told" in words(tile)]
        assert tiles == ([f"Customer not told {len(found)} cancelled, no email arrived"] if found else [])
        return found

    return read


@pytest.mark.parametrize(
    ("state", "reason", "says"),
    [
        ("failed", None, "because the mail server said: 550 5.1.1 no such <user> here"),
        ("not_sent", NotSentReason.NO_ADDRESS, "because no email address is on file."),
        ("not_sent", NotSentReason.ALERTS_OFF, "because this email alert is off in Settings."),
        ("not_sent", NotSentReason.NOT_WANTED, "because “Email the customer” was not ticked."),
        ("not_sent", NotSentReason.NO_SERVER, "because no mail server is set up."),
        ("not_sent", NotSentReason.UNDONE, "because it was undone before it left."),
    ],
)
def test_who_was_not_told_was_not_told_for_a_reason(state, reason, says, sam, shop, desk):
    order = shop.order(customer_email=None if reason is NotSentReason.NO_ADDRESS else "maria@example.com")
    email = desk.tell(order, kind="order_accepted")
    answer = "550 5.1.1 no such <user> here" if state == "failed" else ""
    shop.change(email, state=EmailState(state), reason=reason, answer=answer)
    assert f"Not told, {says}" in panel(sam, order)
    page = words(sam.get(f"/orders/emails/{email.id}").one("main"))
    assert (f"Not told, {says}" if state == "not_sent" else "Not told, because it could not be delivered.") in page
    assert sam.get(f"/orders/emails/{email.id}").status == 200


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"state": EmailState.FAILED, "answer": "550 no"}, "not told of the cancel, because the mail server said: 550"),
        ({"state": EmailState.FAILED}, "was not told of the cancel, because it could not be delivered."),
        ({"state": EmailState.NOT_SENT, "reason": NotSentReason.ALERTS_OFF}, "because this email alert is off"),
        ({"state": EmailState.NOT_SENT, "reason": NotSentReason.DEMO}, "was not told: a demo sends nothing."),
        ({"state": EmailState.QUEUED}, "is being told of the cancel now."),
        ({"state": EmailState.SENDING, "attempts": 2}, "is being told of the cancel now."),
        ({"state": EmailState.QUEUED, "attempts": 1, "answer": "451"}, "is not told of the cancel yet. The next try"),
        ({"state": EmailState.HELD, "due_at": A_DAY_ON}, "will be told of the cancel: the email leaves"),
        ({"state": EmailState.SENT, "sent_at": clock.now()}, "was told of the cancel on"),
    ],
)  # fmt: skip
def test_a_cancelled_order_says_in_one_sentence_how_it_stands(columns, says, sam, shop):
    order = shop.order()
    cancel(sam, order)
    shop.change(shop.emails(order)[0], **columns)
    assert verdict(sam, order).startswith("Maria Santos ")
    assert says in verdict(sam, order)


def test_an_email_is_held_no_longer_than_until_its_time_though_nobody_delivers(sam, shop):
    order = shop.order()
    cancel(sam, order)
    email = shop.emails(order)[0]
    shop.change(email, state=EmailState.HELD, due_at=clock.now() + timedelta(minutes=20))
    promises = re.compile("Held|Leaves|(the email|it) leaves|waits until")
    pages = [f"/orders/{order.id}", f"/orders/emails/{email.id}", "/orders/emails"]
    assert all(promises.search(sam.get(page).text) for page in pages)
    with later(minutes=40):
        for page in pages:
            said = sam.get(page).text
            assert not promises.search(said)
            assert "Waiting to be sent" in said
        assert verdict(sam, order) == "Maria Santos is being told of the cancel now."


def test_who_was_not_told_can_be_called(sam, shop):
    order = shop.order(customer_email=None)
    cancel(sam, order)
    links = sam.get(f"/orders/{order.id}").select("#emails .notice a")
    assert [link["href"] for link in links] == ["tel:09171234567"]


def test_an_order_that_is_not_cancelled_says_nothing_of_a_cancel(sam, shop, desk):
    order = shop.order()
    desk.tell(order)  # of a cancel that was withdrawn since
    assert not sam.get(f"/orders/{order.id}").select("#emails .notice")


def test_an_earlier_cancel_is_no_proof_of_the_one_that_holds(sam, shop, desk):
    order = shop.order()
    email = desk.tell(order)
    desk.deliver()
    shop.change(email, created_at=clock.now() - timedelta(days=2))
    shop.change(shop.get(Store, 1), alerts_on=False)
    cancel(sam, order)
    assert "was not told of the cancel" in verdict(sam, order)


def test_the_proof_has_the_times_the_answer_and_the_text_as_it_left(sam, shop, desk, post_office):
    order = shop.order()
    cancel(sam, order, note="Sorry, <b>sold</b> out.\n  Two  spaces.")
    desk.deliver()
    email = shop.emails(order)[0]
    page = sam.get(f"/orders/{order.id}")
    part = page.one(f"#proof-{email.id}")
    assert part.has_attr("open")
    assert part.select_one("pre").get_text() == email.text == post_office.letters[0].text.rstrip("\n")
    said = words(part)
    for fact in ("Written", "Sent", "Tried 1 time", "Mail server 250 2.0.0 Ok: queued as 0001"):
        assert fact in said
    assert part.select_one(f"a[href='/orders/emails/{email.id}/html']")
    region = part.select_one("[role=region]")
    assert (region["tabindex"], region["aria-label"]) == ("0", f"The text of “{email.subject}”")


def test_only_what_asks_for_it_is_open(sam, shop, desk):
    order = shop.order()
    first = desk.tell(order, kind="order_accepted")
    desk.deliver()
    assert not sam.get(f"/orders/{order.id}").one(f"#proof-{first.id}").has_attr("open")
    second = desk.tell(order, kind="order_shipped")
    shop.change(second, state=EmailState.FAILED)
    page = sam.get(f"/orders/{order.id}")
    assert [part["id"] for part in page.select("details[id^=proof-][open]")] == [f"proof-{second.id}"]


def test_in_a_demo_it_says_that_mail_is_kept(open_app, shop):
    shop.change(shop.get(Store, 1), is_demo=True)
    app = open_app(MAIL_SERVER=None)
    order, sam = shop.order(), signed_in(app, "sam")
    cancel(sam, order)
    assert "a demo sends nothing. What they would read is kept in the mailbox." in verdict(sam, order)


def test_and_says_so_no_second_time_beside_the_email_itself(open_app, shop):
    shop.change(shop.get(Store, 1), is_demo=True)
    app = open_app(MAIL_SERVER=None)
    email = MailDesk(app).tell(shop.order())
    assert email.reason is NotSentReason.DEMO
    olive = signed_in(app, "olive")
    page = words(olive.get(f"/orders/emails/{email.id}").one("main"))
    assert page.count("a demo keeps its mail in the mailbox") == 1
    assert "a demo sends nothing" not in page
    row = words(olive.get("/orders/emails").one("ul.list > li"))
    assert "demo" not in row
    assert "In the mailbox" in row
    assert "to maria@example.com" in row
    assert "demo" not in words(olive.get("/settings/outbox").one("main"))
    assert "demo" not in words(olive.get("/settings/alerts").one("main"))


def test_without_a_server_there_is_no_button_that_could_do_nothing(open_app, shop):
    app = open_app(MAIL_SERVER=None)
    order, sam = shop.order(), signed_in(app, "sam")
    cancel(sam, order)
    assert "because no mail server is set up. Tell them yourself." in verdict(sam, order)
    assert not sam.get(f"/orders/{order.id}").select("#emails form")


def test_fifty_emails_ask_as_much_of_the_database_as_one(sam, app, shop):
    small, big = shop.order(), shop.order()
    for order, number in ((small, 1), (big, 60)):
        with app.app_context(), writing() as session:
            for _ in range(number):
                to = {"recipient": "maria@example.com", "order_id": order.id, "at": clock.now()}
                outbox.queue(session, kind="order_cancelled", message=A_MESSAGE, **to)
    asked = []
    for order in (small, big):
        sam.get(f"/orders/{order.id}")
        with statements(app) as seen:
            page = sam.get(f"/orders/{order.id}")
        asked.append(len(seen))
    assert len(page.select("details[id^=proof-]")) == 50
    assert asked[0] == asked[1]


def test_support_inside_reads_no_mail(sam, uma, shop, desk):
    order = shop.booked_order()
    ticket = int(sam.post(f"/support/tickets/new?order={order.id}", reason="Why").location.rpartition("/")[2])
    open_window(sam, ticket, scope="all")
    enter(uma, window_of(shop, ticket))
    other = shop.order(status=OrderStatus.CANCELLED, customer_email=None)
    email = desk.tell(other)
    assert not uma.get(f"/orders/{other.id}").select("#emails")
    assert uma.post(f"/orders/emails/{email.id}/address", email="x@example.com").status == 403
    page = uma.get("/orders/?attention=not_told")
    assert "No email address" not in page.text
    assert shop.get(Order, other.id).customer_email is None


@pytest.mark.parametrize(
    ("state", "reason", "mark"),
    [
        ("failed", None, "Email failed"),
        ("not_sent", NotSentReason.NO_ADDRESS, "No email address"),
        ("not_sent", NotSentReason.NO_SERVER, "No mail server"),
    ],
)
def test_the_list_has_cancelled_orders_whose_customer_was_not_told_and_why(state, reason, mark, sam, shop, not_told):
    order = shop.order()
    cancel(sam, order)
    shop.change(shop.emails(order)[0], state=EmailState(state), reason=reason)
    if reason is NotSentReason.NO_ADDRESS:
        shop.change(shop.get(Order, order.id), customer_email=None)
    assert not_told() == [order.number]
    assert mark in words(sam.get("/orders/?attention=not_told").one("td.c-status"))
    assert mark not in words(sam.get("/orders/").one("td.c-status"))


@pytest.mark.parametrize("reason", [NotSentReason.ALERTS_OFF, NotSentReason.NOT_WANTED, NotSentReason.DEMO])
def test_who_was_not_to_be_told_is_not_in_the_list(reason, sam, shop, not_told):
    order = shop.order()
    cancel(sam, order)
    shop.change(shop.emails(order)[0], state=EmailState.NOT_SENT, reason=reason)
    assert not_told() == []


def test_an_order_that_is_cancelled_no_longer_is_not_in_the_list(sam, shop, not_told):
    order = shop.order()
    cancel(sam, order)
    shop.change(shop.emails(order)[0], state=EmailState.FAILED)
    assert not_told() == [order.number]
    assert reinstate(sam, order).status == 303
    assert not_told() == []


def test_send_again_answers_it_once_it_arrives_and_not_when_it_fails_too(sam, shop, desk, post_office, not_told):
    order = shop.order()
    post_office.refuse["maria@example.com"] = "550 5.2.2 mailbox full"
    cancel(sam, order)
    desk.deliver()
    assert not_told() == [order.number]
    sam.post(f"/orders/emails/{shop.emails(order)[0].id}/again")
    desk.deliver()
    assert not_told() == [order.number]
    post_office.refuse.clear()
    sam.post(f"/orders/emails/{shop.emails(order)[1].id}/again")
    desk.deliver()
    assert not_told() == []


def test_who_was_told_stays_told_though_a_copy_fails(sam, shop, desk, post_office, not_told):
    order = shop.order()
    cancel(sam, order)
    desk.deliver()
    post_office.refuse["maria@example.com"] = "550 5.2.2 mailbox full"
    sam.post(f"/orders/emails/{shop.emails(order)[0].id}/again")
    desk.deliver()
    assert not_told() == []
    assert "was told of the cancel on" in verdict(sam, order)


def test_a_corrected_address_that_fails_too_leaves_them_untold(sam, shop, desk, post_office, not_told):
    order = shop.order()
    cancel(sam, order)
    desk.deliver()  # to somebody else's address
    post_office.refuse["right@example.com"] = "550 5.1.1 no such user here"
    sam.post(f"/orders/emails/{shop.emails(order)[0].id}/address", email="right@example.com")
    desk.deliver()
    assert not_told() == [order.number]
    assert "was not told of the cancel" in verdict(sam, order)


def test_the_reasons_of_a_page_of_the_list_are_one_question(sam, app, shop, desk):
    asked = []
    for _ in range(2):
        for _ in range(5):
            desk.tell(shop.order(status=OrderStatus.CANCELLED, customer_email=None))
        sam.get("/orders/?attention=not_told")
        with statements(app) as seen:
            page = sam.get("/orders/?attention=not_told")
        asked.append(len(seen))
    assert page.text.count("No email address") == 10
    assert asked[0] == asked[1]


def test_alerts_off_is_answered_by_send_again(sam, app, shop, desk, post_office):
    order = shop.order()
    with app.app_context(), writing() as session:
        session.add(Alert(kind="order_cancelled", on=False))
    cancel(sam, order)
    assert "If they should know after all, send it again." in verdict(sam, order)
    sam.post(f"/orders/emails/{shop.emails(order)[0].id}/again")
    desk.deliver()
    assert "was told of the cancel on" in verdict(sam, order)
    assert len(post_office.letters) == 1


def test_the_whole_panel_reads_in_filipino(sam, shop):
    shop.change(shop.get(Store, 1), language="fil")
    order = shop.order(customer_email=None)
    cancel(sam, order)
    assert "Hindi nasabihan si Maria Santos tungkol sa pag-cancel, dahil walang nakatalang email address." in verdict(
        sam, order
    )
