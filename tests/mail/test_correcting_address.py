"""Correct the address and send: the order gets it, and what the customer should read goes there, once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints import clock
from models import Email, EmailState, Event, NotSentReason, Order, Store
from tests.mail.desk import MailDesk
from tests.orders.deciding import cancel, save_status
from tests.people import signed_in

WRONG, RIGHT = "mraia@example.com", "maria@example.com"


@pytest.fixture
def order(shop):
    return shop.order(customer_email=WRONG)


@pytest.fixture
def refused(order, desk, post_office):
    """The email about it, which the mail server did not take."""
    post_office.refuse[WRONG] = "550 5.1.1 no such user here"
    email = desk.tell(order)
    desk.deliver()
    return email


def correct(visitor, email, address=RIGHT, **more):
    return visitor.post(f"/orders/emails/{email.id}/address", email=address, **more)


def nothing_happened(shop, order, emails=1):
    assert shop.get(Order, order.id).customer_email == order.customer_email
    assert shop.get(Order, order.id).version == order.version
    assert shop.count(Email) == emails
    assert shop.events(order) == []


NO_ADDRESSES = [
    "",
    "maria",
    "maria@",
    "@example.com",
    "maria@example",
    "maria@exa mple.com",
    "maria@example.com, mallory@example.org",
    "maria@example.com;mallory@example.org",
    "maria@example.com\r\nBcc: mallory@example.org",
    "maria@example.com\nBcc:mallory@example.org",
    "maria@example.com%0aBcc:mallory@example.org",
    "Maria <maria@example.com>",
    '"maria\r\nBcc: x@example.org"@example.com',
    '"a b"@example.com',
    "maria@[127.0.0.1]",
    "=?utf-8?q?maria?=@example.com",
    "jos\u00e9@example.com",
    "maria\u3000x@example.com",
    "<script>alert(1)</script>@example.com",
    "maria@" + "a" * 250 + ".com",
    "m" * 100_000 + "@example.com",
    "\N{REPLACEMENT CHARACTER}@example.com",
]


@pytest.mark.parametrize("typed", NO_ADDRESSES, ids=range(len(NO_ADDRESSES)))
def test_what_is_not_one_address_is_refused_beside_the_field(typed, sam, shop, order, refused):
    page = correct(sam, refused, typed)
    assert page.status == 422
    assert set(page.errors) == {"email"}
    nothing_happened(shop, order)


@pytest.mark.parametrize("sign", ["\0", "\u202e", "\u200b", "\r\n", "\t"])
def test_what_can_not_be_seen_does_not_get_into_the_address(sign, sam, shop, order, refused, desk, post_office):
    assert correct(sam, refused, f"{sign}{RIGHT}{sign}").status == 303
    assert shop.get(Order, order.id).customer_email == RIGHT
    desk.deliver()
    assert post_office.letters[0].recipients == (RIGHT,)


def test_a_wrong_address_stays_in_its_field_on_the_order_page(sam, order, refused, desk):
    desk.tell(order, kind="order_accepted")
    page = correct(sam, refused, "maria at example")
    assert page.h1 == f"Order {order.number}"
    field = page.one(f"#address-{refused.id}")
    assert (field["value"], field["aria-invalid"]) == ("maria at example", "true")
    assert page.one(f"#address-{refused.id + 1}")["value"] == WRONG
    assert page.one(f"#proof-{refused.id}").has_attr("open")
    assert page.one(f"#correct-{refused.id}").has_attr("open")


def test_a_wrong_address_stays_in_its_field_on_the_page_of_the_email(sam, refused):
    page = correct(sam, refused, "<b>", back="email")
    assert (page.status, page.h1) == (422, refused.subject)
    assert page.one(f"#address-{refused.id}")["value"] == "<b>"


def test_what_is_being_sent_at_that_moment_is_refused_and_what_was_typed_stays(sam, shop, order, desk):
    email = desk.tell(order)
    shop.change(email, state=EmailState.SENDING)
    for back in ("order", "email"):
        page = correct(sam, email, back=back)
        assert page.status == 409
        assert page.refusal == "The address was not corrected, and nothing was sent."
        assert "on its way" in page.text
        assert page.one(f"#address-{email.id}")["value"] == RIGHT
    nothing_happened(shop, order)


@pytest.mark.parametrize("way", ["again", "address"])
def test_what_tells_of_a_cancel_that_was_taken_back_is_not_sent(way, sam, shop, order, desk):
    email = desk.tell(order)
    shop.change(email, state=EmailState.NOT_SENT, reason=NotSentReason.UNDONE)
    assert not sam.get(f"/orders/{order.id}").select(f"form[action='/orders/emails/{email.id}/{way}']")
    assert not sam.get(f"/orders/emails/{email.id}").select(f"form[action='/orders/emails/{email.id}/{way}']")
    page = sam.post(f"/orders/emails/{email.id}/{way}", email=RIGHT)
    assert page.status == 409
    assert "not true any more" in page.text
    nothing_happened(shop, order)


def test_an_email_about_no_order_is_not_there(olive, shop, desk):
    email = desk.queue(kind="password_reset")
    assert correct(olive, email).status == 404
    assert correct(olive, desk.queue(kind="ticket_opened")).status == 404
    assert [each.recipient for each in shop.emails()] == [RIGHT, RIGHT]


def test_a_link_for_one_use_goes_to_no_other_address(sam, shop, order, desk):
    email = desk.queue(kind="password_reset", order_id=order.id)
    assert correct(sam, email, "mallory@example.com").status == 409
    assert shop.emails()[0].recipient == RIGHT


def test_support_and_strangers_correct_nothing(uma, mallory, shop, order, refused):
    assert correct(uma, refused).status == 403
    assert correct(mallory, refused).status == 303
    assert mallory.post(f"/orders/emails/{refused.id}/address", email=RIGHT).location == "/login"
    nothing_happened(shop, order)


def test_without_its_token_the_form_does_nothing(sam, shop, order, refused):
    assert sam.client.post(f"/orders/emails/{refused.id}/address", data={"email": RIGHT}).status_code == 400
    nothing_happened(shop, order)


def test_an_email_that_is_not_there_is_not_found(sam):
    assert sam.post("/orders/emails/999/address", email=RIGHT).status == 404
    assert sam.post("/orders/emails/999999999999999999/address", email=RIGHT).status == 404


def test_without_a_mail_server_nothing_is_changed(open_app, shop, order):
    app = open_app(MAIL_SERVER=None)
    email = MailDesk(app).tell(order)
    page = correct(signed_in(app, "sam"), email)
    assert page.status == 409
    assert "No mail server is set up" in page.text
    nothing_happened(shop, order)


def test_two_clicks_send_one_copy(sam, shop, order, refused):
    for _ in range(2):
        page = correct(sam, refused)
        assert page.status == 303
    assert shop.count(Email) == 2
    assert shop.events(order) == ["order.email_corrected", "order.email_again"]


def test_two_people_at_once_send_one_copy(sam, olive, shop, order, refused, desk, post_office):
    for visitor in (sam, olive):
        visitor.get("/help/")
    answers = []
    clicks = [
        threading.Thread(target=lambda who=who: answers.append(correct(who, refused).status)) for who in (sam, olive)
    ]
    [click.start() for click in clicks]
    [click.join() for click in clicks]
    assert answers == [303, 303]
    desk.deliver()
    assert [letter.recipients for letter in post_office.letters] == [(RIGHT,)]
    assert shop.events(order).count("order.email_corrected") == 1


def test_a_second_thought_a_moment_later_goes_to_its_own_address(sam, shop, order, refused, desk, post_office):
    correct(sam, refused, "first@example.com")
    desk.deliver()
    correct(sam, refused, "second@example.com")
    desk.deliver()
    assert [letter.recipients[0] for letter in post_office.letters] == ["first@example.com", "second@example.com"]
    assert shop.get(Order, order.id).customer_email == "second@example.com"


def test_a_second_thought_before_the_copy_left_turns_that_copy(sam, shop, order, refused, desk, post_office):
    correct(sam, refused, "first@example.com")
    correct(sam, refused, "second@example.com")
    desk.deliver()
    assert [letter.recipients[0] for letter in post_office.letters] == ["second@example.com"]


def test_a_minute_later_the_same_address_is_another_wish(sam, shop, refused, desk):
    correct(sam, refused)
    desk.deliver()
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        correct(sam, refused)
    assert shop.count(Email) == 3


def test_the_deliverer_never_sends_to_two_addresses(sam, shop, order, desk, post_office):
    """It claims the email while somebody corrects it: the correction is taken before, or refused."""
    email = desk.tell(order)
    sam.get("/help/")
    answers = []
    click = threading.Thread(target=lambda: answers.append(correct(sam, email).status))
    delivery = threading.Thread(target=desk.deliver)
    click.start(), delivery.start()
    click.join(), delivery.join()
    desk.deliver()
    sent_to = [letter.recipients[0] for letter in post_office.letters]
    assert (answers[0], sent_to) in [(303, [RIGHT]), (409, [WRONG]), (303, [WRONG, RIGHT])]  # the last: after it left
    assert shop.get(Order, order.id).customer_email == (WRONG if answers[0] == 409 else RIGHT)


@pytest.mark.parametrize("state", [EmailState.HELD, EmailState.QUEUED])
def test_an_email_that_waits_goes_to_the_new_address_when_it_was_to_go(state, sam, shop, order, desk, post_office):
    email = desk.tell(order)
    due = clock.now() + timedelta(minutes=10)
    shop.change(email, state=state, due_at=due)
    page = correct(sam, email)
    assert page.location == f"/orders/{order.id}"
    assert f"the email that waits goes to {RIGHT}" in sam.follow(page).messages[0]
    assert correct(sam, email).status == 303, "a second click is answered alike"
    assert desk.deliver() == {}
    waiting = desk.again(email)
    assert (waiting.recipient, waiting.state, waiting.due_at) == (RIGHT, state, due)
    assert shop.events(order) == ["order.email_corrected"]
    with time_machine.travel(due + timedelta(seconds=1)):
        desk.deliver()
    assert [letter.recipients for letter in post_office.letters] == [(RIGHT,)]


def test_whatever_else_waits_for_the_old_address_goes_to_the_new_one(sam, shop, order, refused, desk, post_office):
    shop.change(desk.tell(order, kind="order_accepted"), state=EmailState.HELD)
    elsewhere = desk.tell(shop.order(customer_email=WRONG))
    shop.change(elsewhere, state=EmailState.HELD)
    correct(sam, refused)
    assert [email.recipient for email in shop.emails(order)] == [WRONG, RIGHT, RIGHT]
    assert desk.again(elsewhere).recipient == WRONG, "another order is another matter"


def test_a_refused_email_arrives_once_its_address_is_right(sam, shop, order, refused, desk, post_office):
    page = correct(sam, refused)
    assert page.response.headers["Location"] == f"/orders/{order.id}#emails"
    assert sam.follow(page).messages == [f"The address is corrected, and the email is on its way to {RIGHT}."]
    assert desk.deliver() == {"sent": 1}
    assert post_office.letters[0].recipients == (RIGHT,)
    assert post_office.letters[0].text.rstrip("\n") == refused.text
    assert (desk.again(refused).state, desk.again(refused).recipient) == (EmailState.FAILED, WRONG)
    assert sam.get(f"/orders/?q={RIGHT}").select("td.c-number")[0].get_text() == order.number


def test_an_order_without_an_address_gets_one_and_the_customer_is_told(sam, shop, desk, post_office):
    order = shop.order(customer_email=None)
    email = desk.tell(order)
    page = sam.get(f"/orders/{order.id}")
    assert "Add the address and send" in page.text
    assert not page.select(f"form[action='/orders/emails/{email.id}/again']"), "there is nobody to send it to"
    correct(sam, email)
    desk.deliver()
    assert post_office.letters[0].recipients == (RIGHT,)
    assert shop.get(Order, order.id).customer_email == RIGHT


def test_the_address_that_is_on_file_is_just_sent_to_again(sam, shop, order, refused):
    assert correct(sam, refused, WRONG).status == 303
    assert shop.events(order) == ["order.email_again"]


def test_the_history_says_who_corrected_it_and_not_what(sam, shop, order, refused):
    correct(sam, refused)
    history = sam.get(f"/orders/{order.id}").one("#history").get_text()
    assert "Sam Staff corrected the customer’s email address." in history
    event = shop.first(select(Event).where(Event.code == "order.email_corrected"))
    assert (event.order_version, event.note_id, event.email_id) == (order.version + 1, None, None)


def test_a_page_that_was_drawn_before_is_stale_and_says_why(sam, olive, shop, order, refused):
    url = f"/orders/{order.id}"
    drawn = sam.get(url).fields(f"{url}/status")
    correct(olive, refused)
    page = sam.post(f"{url}/status", **drawn | {"status": "accepted"})
    assert page.status == 409
    assert "Olive Owner corrected the customer’s email address." in page.text


def test_later_emails_go_to_the_corrected_address(sam, shop, desk, post_office):
    order = shop.order(customer_email=WRONG)
    email = desk.tell(order, kind="order_accepted")
    correct(sam, email)
    save_status(sam, order, status="accepted")
    cancel(sam, order)
    desk.deliver()
    assert {letter.recipients for letter in post_office.letters} == {(RIGHT,)}


def test_from_the_page_of_the_email_it_leads_to_the_copy(sam, refused):
    assert correct(sam, refused, back="email").location == f"/orders/emails/{refused.id + 1}"


def test_in_a_demo_the_copy_is_kept_like_all_its_mail(open_app, shop, order):
    shop.change(shop.get(Store, 1), is_demo=True)
    app = open_app(MAIL_SERVER=None)
    email = MailDesk(app).tell(order)
    sam = signed_in(app, "sam")
    page = sam.follow(correct(sam, email))
    assert "kept in the mailbox: nothing leaves this store" in page.messages[0]
    assert shop.emails()[1].reason is NotSentReason.DEMO
    assert shop.get(Order, order.id).customer_email == RIGHT


def test_it_all_reads_in_filipino(sam, shop, order, refused):
    shop.change(shop.get(Store, 1), language="fil")
    page = correct(sam, refused, "x")
    assert page.errors["email"] == "Sumulat ng email address gaya ng maria@example.com."
    assert "Itinama na ang address" in sam.follow(correct(sam, refused)).messages[0]
