"""The owner's page of the outbox: what it says is so, and what is tried again is sent once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import insert, select

from blueprints import background, clock
from blueprints.capped import MOST
from blueprints.orders.background_tasks import deliver_in_background
from models import Email, EmailState, Event, NotSentReason, Order, Store, WebhookMessage, writing
from tests.mail.desk import MailDesk
from tests.orders.watching import statements
from tests.pages import words
from tests.people import signed_in
from tests.webhooks.desk import WebhookDesk

REFUSED = "550 5.1.1 no such <user> here"


def tiles(page):
    return {
        words(tile.select_one(".tile-label")): words(tile.select_one(".tile-number")) for tile in page.select(".tile")
    }


def subjects(page):
    return [words(row.select_one(".list-main a")) for row in page.select("ul.list > li")]


@pytest.fixture
def failed(shop, desk, post_office):
    """What became of an email to an address that is not there."""

    def fail(number: str, address: str = "maria@example.com", **more):
        post_office.refuse[address] = REFUSED
        email = desk.tell(shop.order(number=number, customer_email=address), **more)
        desk.deliver()
        post_office.refuse.clear()
        assert desk.again(email).state is EmailState.FAILED
        return email

    return fail


def test_staff_and_support_neither_see_it_nor_try_anything(sam, uma, shop, failed):
    email = failed("1041")
    for visitor in (sam, uma):
        assert visitor.get("/settings/outbox").status == 403
        for what in (email.id, "failed", "waiting"):
            assert visitor.post(f"/settings/outbox/{what}/try").status == 403
    assert shop.count(Email) == 1


def test_an_email_that_is_not_there(olive):
    for number in ("0", "99", "9223372036854775808", "x"):
        assert olive.post(f"/settings/outbox/{number}/try").status == 404


def test_an_empty_outbox_says_so(olive):
    page = olive.get("/settings/outbox")
    assert tiles(page) == {"Failed": "0", "Waiting": "0", "Held": "0"}
    assert "No email has failed" in page.text
    assert "nothing yet" in page.text
    assert not page.select("main form")


def test_without_a_server_it_says_so_and_tries_nothing(open_app, shop):
    app = open_app(MAIL_SERVER=None)
    email = MailDesk(app).tell(shop.order())
    shop.change(email, state=EmailState.FAILED, reason=None)
    olive = signed_in(app, "olive")
    page = olive.get("/settings/outbox")
    assert "No mail server is set up" in page.text
    assert not page.select("main form")
    for what in (email.id, "failed", "waiting"):
        page = olive.post(f"/settings/outbox/{what}/try")
        assert (page.status, page.refusal) == (409, "Nothing was sent.")
    assert shop.count(Email) == 1


def test_a_failed_email_stands_there_with_order_reader_and_answer(olive, failed):
    failed("1041")
    page = olive.get("/settings/outbox")
    assert tiles(page)["Failed"] == "1"
    assert subjects(page) == ["Your order 1041 is cancelled"]
    for said in ("Order 1041", "Maria Santos · to maria@example.com", REFUSED):
        assert said in page.text


def test_tried_again_it_goes_out_once_and_stands_there_no_more(olive, failed, desk, post_office):
    email = failed("1041")
    page = olive.follow(olive.post(f"/settings/outbox/{email.id}/try"))
    assert page.messages == ["The email to maria@example.com is tried again now."]
    assert tiles(page)["Failed"] == "0"
    assert desk.deliver() == {"sent": 1}
    # The page from before is open still, and the minute in which two clicks are one wish is over.
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        page = olive.follow(olive.post(f"/settings/outbox/{email.id}/try"))
        assert "Nothing was sent twice" in page.messages[0]
        assert desk.deliver() == {}
    assert len(post_office.letters) == 1


def test_a_copy_is_said_to_go_where_it_goes(olive, shop, failed):
    email = failed("1041")
    shop.change(shop.get(Order, email.order_id), customer_email="right@example.com")
    page = olive.follow(olive.post(f"/settings/outbox/{email.id}/try"))
    assert page.messages == ["The email to right@example.com is tried again now."]


def test_two_who_try_all_at_once_send_each_email_once(app, olive, shop, failed, desk, post_office):
    for number in ("1041", "1042", "1043"):
        failed(number, f"m{number}@example.com")
    other = signed_in(app, "olive")
    for visitor in (olive, other):
        visitor.get("/help/")
    answers = []
    clicks = [
        threading.Thread(target=lambda who=who: answers.append(who.post("/settings/outbox/failed/try").status))
        for who in (olive, other)
    ]
    [click.start() for click in clicks]
    [click.join() for click in clicks]
    assert answers == [303, 303]
    assert desk.deliver() == {"sent": 3}
    assert sorted(letter.recipients[0][:5] for letter in post_office.letters) == ["m1041", "m1042", "m1043"]
    assert "There is no failed email" in olive.follow(olive.post("/settings/outbox/failed/try")).messages[-1]


def test_what_is_not_true_any_more_is_neither_listed_nor_tried(olive, shop, failed):
    email = failed("1041")
    shop.change(email, over_since=clock.now())
    assert tiles(olive.get("/settings/outbox"))["Failed"] == "0"
    olive.post("/settings/outbox/failed/try")
    olive.post(f"/settings/outbox/{email.id}/try")
    assert shop.count(Email) == 1


@pytest.mark.parametrize(
    ("failed", "later"),
    [
        ("order_accepted", "order_cancelled"),
        ("order_accepted", "order_shipped"),
        ("order_part_cancelled", "order_cancelled"),
        ("order_reinstated", "order_declined"),
    ],
)
def test_what_a_later_letter_about_the_order_overtook_is_neither_listed_nor_tried(olive, shop, desk, failed, later):
    order = shop.order()
    shop.change(desk.queue(kind=failed, order_id=order.id), state=EmailState.FAILED, answer=REFUSED)
    desk.queue("right@example.com", kind=later, order_id=order.id)
    assert tiles(olive.get("/settings/outbox"))["Failed"] == "0"
    olive.post("/settings/outbox/failed/try")
    assert [email.kind for email in shop.emails(order)] == [failed, later]


@pytest.mark.parametrize(
    ("failed", "later"),
    [
        ("order_part_cancelled", "order_shipped"),
        ("order_accepted", "order_part_cancelled"),
        ("order_accepted", "order_reinstated"),
        ("order_accepted", "refund_settled"),
        ("refund_settled", "order_cancelled"),
    ],
)
def test_what_is_true_beside_a_later_letter_is_listed_still(olive, shop, desk, failed, later):
    order = shop.order()
    shop.change(desk.queue(kind=failed, order_id=order.id), state=EmailState.FAILED, answer=REFUSED)
    desk.queue(kind=later, order_id=order.id)
    assert tiles(olive.get("/settings/outbox"))["Failed"] == "1"


def test_a_letter_that_was_taken_back_overtakes_none(olive, shop, desk):
    order = shop.order()
    shop.change(desk.queue(kind="order_accepted", order_id=order.id), state=EmailState.FAILED, answer=REFUSED)
    shop.change(desk.queue(kind="order_cancelled", order_id=order.id), over_since=clock.now())
    assert tiles(olive.get("/settings/outbox"))["Failed"] == "1"


def test_a_copy_of_an_older_letter_overtakes_none_and_is_overtaken_as_the_letter_was(olive, shop, desk):
    order = shop.order()
    accepted, shipped, copy = (
        desk.queue(kind=kind, order_id=order.id) for kind in ("order_accepted", "order_shipped", "order_accepted")
    )
    shop.change(copy, again_of_id=accepted.id)
    for email in (accepted, shipped, copy):
        shop.change(email, state=EmailState.FAILED, answer=REFUSED)
    assert subjects(olive.get("/settings/outbox")) == [shipped.subject]
    olive.post("/settings/outbox/failed/try")
    assert [email.again_of_id for email in shop.emails(order)] == [None, None, accepted.id, shipped.id]


def test_one_that_failed_for_another_reader_is_not_taken_for_told(olive, shop, desk):
    """Several people may get a letter about one thing; each has to hear."""
    order = shop.order()
    first, second = (desk.queue(f"{name}@example.com", order_id=order.id) for name in ("olive", "rica"))
    shop.change(first, state=EmailState.FAILED, answer=REFUSED)
    shop.change(second, state=EmailState.SENT, sent_at=clock.now())
    assert tiles(olive.get("/settings/outbox"))["Failed"] == "1"


def test_a_link_for_one_use_is_shown_for_a_week_and_not_tried(olive, shop, desk, post_office):
    post_office.refuse["sam@example.com"] = REFUSED
    email = desk.queue("sam@example.com", kind="password_reset")
    desk.deliver()
    page = olive.get("/settings/outbox")
    assert tiles(page)["Failed"] == "1"
    assert not page.select(f"form[action$='/{email.id}/try']")
    assert olive.post(f"/settings/outbox/{email.id}/try").status == 409
    olive.post("/settings/outbox/failed/try")
    assert shop.count(Email) == 1
    shop.change(email, created_at=clock.now() - timedelta(days=8))
    assert tiles(olive.get("/settings/outbox"))["Failed"] == "0"


def test_what_waits_for_its_next_try_is_due_at_once(olive, shop, desk, post_office):
    post_office.close()
    one, other = desk.tell(shop.order(number="1041")), desk.tell(shop.order(number="1042"))
    assert desk.deliver() == {"unreachable": 1}
    page = olive.get("/settings/outbox")
    assert "next try today" in page.text
    assert tiles(page)["Waiting"] == "2"
    post_office.open()
    assert desk.deliver() == {}
    assert "The email to" in olive.follow(olive.post(f"/settings/outbox/{one.id}/try", show="waiting")).messages[0]
    assert desk.deliver() == {"sent": 1}
    page = olive.follow(olive.post("/settings/outbox/waiting/try"))
    assert page.messages == ["1 email is tried now."]
    assert desk.deliver() == {"sent": 1}
    assert "None of them waits" in olive.follow(olive.post("/settings/outbox/waiting/try")).messages[0]
    assert {desk.again(email).state for email in (one, other)} == {EmailState.SENT}
    assert [event.code for event in shop.all(select(Event))] == ["outbox.hurried"] * 2


@pytest.mark.parametrize("state", [EmailState.SENDING, EmailState.HELD, EmailState.SENT])
def test_what_is_held_or_under_way_is_left_alone(olive, shop, desk, state):
    email = desk.tell(shop.order())
    at = clock.now() + timedelta(minutes=5)
    shop.change(email, state=state, due_at=at, sent_at=at if state is EmailState.SENT else None)
    olive.post(f"/settings/outbox/{email.id}/try")
    olive.post("/settings/outbox/waiting/try")
    assert (desk.again(email).state, desk.again(email).due_at, shop.count(Email)) == (state, at, 1)


def test_it_says_when_nobody_delivers(olive, shop, desk):
    shop.change(desk.tell(shop.order()), due_at=clock.now() - timedelta(minutes=11))
    assert "Nobody has looked after the outbox since" in olive.get("/settings/outbox").text
    desk.deliver()
    assert "Nobody has looked" not in olive.get("/settings/outbox").text


def test_it_says_whether_the_deliverer_of_this_process_is_at_work(app, olive, monkeypatch):
    assert "not in this process" in olive.get("/settings/outbox").text
    task = next(task for task in background._tasks if task.function is deliver_in_background)
    worker = background._Worker(app, task)
    monkeypatch.setattr(background, "_workers", [worker])
    assert "stopped; start Suki again" in olive.get("/settings/outbox").text
    worker.stopping.set()
    monkeypatch.setattr(worker, "is_alive", lambda: True)
    assert "at work, looked" in olive.get("/settings/outbox").text
    worker.began = worker.ended + 1
    assert "busy with an email" in olive.get("/settings/outbox").text


def test_webhooks_that_wait_or_were_given_up_are_counted(olive, app):
    hooks = WebhookDesk(app)
    endpoint = hooks.add("https://books.example.com/")
    first = hooks.test(endpoint)
    hooks.test(endpoint)
    with app.app_context(), writing() as session:
        message = session.get_one(WebhookMessage, first.id)
        message.state, message.fault = EmailState.FAILED, "timed_out"
    page = olive.get("/settings/outbox")
    assert tiles(page)["Webhooks"] == "1"
    assert "given up lately; 1 waiting" in page.text


@pytest.fixture
def full(app, shop, desk):
    desk.tell(shop.order())
    template = {column.name: getattr(shop.emails()[0], column.key) for column in Email.__table__.columns}
    del template["id"]
    with app.app_context(), writing() as session:
        for state, reason in (("failed", None), ("queued", None), ("not_sent", NotSentReason.NOT_WANTED)):
            rows = [
                template | {"state": EmailState(state), "reason": reason, "message_id": f"{state}{n}", "order_id": None}
                for n in range(150)
            ]
            session.execute(insert(Email), rows)


def test_a_full_outbox_costs_as_much_as_an_empty_one(app, olive, request):
    olive.get("/settings/outbox")
    with statements(app) as few:
        olive.get("/settings/outbox")
    request.getfixturevalue("full")
    with statements(app) as many:
        page = olive.get("/settings/outbox")
    assert len(many) == len(few)
    assert tiles(page) == {"Failed": f"{MOST}+", "Waiting": f"{MOST}+", "Held": "0"}
    seen = subjects(page)
    while following := page.select("a.pager-next"):
        page = olive.get(following[0]["href"])
        seen += subjects(page)
    assert len(seen) == 150


@pytest.mark.sqlite
def test_no_email_is_read_that_the_page_does_not_show_or_count(app, olive, full):
    with statements(app) as many:
        olive.get("/settings/outbox")
    with app.app_context(), writing() as session:
        plan = [
            str(row)
            for statement in many
            if "FROM emails" in statement
            for row in session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", tuple(None for _ in range(statement.count("?")))
            )
        ]
    assert not [row for row in plan if "SCAN emails" in row and "USING" not in row]


def test_in_a_demo_copies_are_kept(open_app, shop):
    shop.change(shop.get(Store, 1), is_demo=True)
    app = open_app(MAIL_SERVER=None)
    email = MailDesk(app).tell(shop.order())
    shop.change(email, state=EmailState.FAILED, reason=None)
    olive = signed_in(app, "olive")
    page = olive.follow(olive.post("/settings/outbox/failed/try"))
    assert "nothing leaves this store" in page.messages[0]
    assert tiles(page)["Failed"] == "0"
