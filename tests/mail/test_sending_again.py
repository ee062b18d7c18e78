"""Send again: a copy goes to the address that the order has now; nothing is lost of the first."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints import clock
from models import Email, EmailState, NotSentReason, Store
from tests.mail.desk import MailDesk
from tests.people import signed_in


@pytest.mark.parametrize("state", [EmailState.QUEUED, EmailState.SENDING, EmailState.HELD])
def test_what_is_on_its_way_is_not_sent_again(state, sam, shop, desk):
    email = desk.tell(shop.order())
    shop.change(email, state=state)
    page = sam.post(f"/orders/emails/{email.id}/again")
    assert page.status == 409
    assert page.refusal.startswith("The email was not sent again.")
    assert shop.count(Email) == 1


def test_a_link_for_one_use_is_not_sent_again(olive, shop, desk):
    email = desk.queue(kind="password_reset")
    desk.deliver()
    assert olive.post(f"/orders/emails/{email.id}/again").status == 409
    assert shop.count(Email) == 1


def test_without_an_address_there_is_nothing_to_send_it_to(sam, shop, desk):
    email = desk.tell(shop.order(customer_email=None))
    page = sam.post(f"/orders/emails/{email.id}/again")
    assert page.status == 409
    assert "has no email address" in page.text


def test_without_a_server_nothing_is_copied(open_app, shop):
    app = open_app(MAIL_SERVER=None)
    email = MailDesk(app).tell(shop.order())
    assert signed_in(app, "sam").post(f"/orders/emails/{email.id}/again").status == 409
    assert shop.count(Email) == 1


def test_support_sends_nothing_again(uma, shop, desk):
    email = desk.tell(shop.order())
    assert uma.post(f"/orders/emails/{email.id}/again").status == 403


def test_a_copy_goes_out_and_both_stay(sam, shop, desk, post_office):
    order = shop.order()
    email = desk.tell(order, note="Sorry")
    desk.deliver()
    page = sam.post(f"/orders/emails/{email.id}/again")
    assert page.location == f"/orders/emails/{email.id + 1}"
    assert "on its way to maria@example.com again" in sam.follow(page).messages[0]
    assert desk.deliver() == {"sent": 1}
    assert post_office.letters[0].text == post_office.letters[1].text
    assert len(set(post_office.ids)) == 2
    assert shop.events(order) == ["order.email_again"]


def test_it_goes_to_the_address_that_was_put_right(sam, shop, desk, post_office):
    order = shop.order(customer_email="mraia@example.com")
    post_office.refuse["mraia@example.com"] = "550 5.1.1 no such user here"
    email = desk.tell(order)
    desk.deliver()
    shop.change(order, customer_email="maria@example.com")
    sam.post(f"/orders/emails/{email.id}/again")
    desk.deliver()
    assert [letter.recipients[0] for letter in post_office.letters] == ["maria@example.com"]


def test_it_goes_though_alerts_are_off(sam, shop, desk, post_office):
    shop.change(shop.get(Store, 1), alerts_on=False)
    email = desk.tell(shop.order())
    sam.post(f"/orders/emails/{email.id}/again")
    assert desk.deliver() == {"sent": 1}


def test_two_clicks_are_one_wish(sam, olive, shop, desk):
    email = desk.tell(shop.order(), wanted=False)
    answers = []
    for visitor in (sam, olive):
        visitor.get("/help/")
    clicks = [
        threading.Thread(target=lambda who=who: answers.append(who.post(f"/orders/emails/{email.id}/again").location))
        for who in (sam, olive)
    ]
    [click.start() for click in clicks]
    [click.join() for click in clicks]
    assert answers == [f"/orders/emails/{email.id + 1}"] * 2
    assert shop.count(Email) == 2


def test_a_minute_later_it_is_another_wish(sam, shop, desk):
    email = desk.tell(shop.order(), wanted=False)
    sam.post(f"/orders/emails/{email.id}/again")
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        sam.post(f"/orders/emails/{email.id}/again")
    assert shop.count(Email) == 3


def test_in_a_demo_the_copy_is_kept_like_all_its_mail(open_app, shop):
    shop.change(shop.get(Store, 1), is_demo=True)
    app = open_app(MAIL_SERVER=None)
    email = MailDesk(app).tell(shop.order())
    sam = signed_in(app, "sam")
    page = sam.follow(sam.post(f"/orders/emails/{email.id}/again"))
    assert "nothing leaves this store" in page.messages[0]
    assert shop.emails()[1].reason is NotSentReason.DEMO


def test_from_the_order_page_it_leads_back_there(sam, shop, desk):
    order = shop.order()
    email = desk.tell(order, wanted=False)
    assert sam.post(f"/orders/emails/{email.id}/again", back="order").location == f"/orders/{order.id}"
    assert "Sam Staff sent an email again." in sam.get(f"/orders/{order.id}").one("#history").get_text()


def test_replies_to_a_copy_go_to_whoever_wrote_it(olive, shop, desk):
    email = desk.queue("olive@example.com", kind="ticket_replied", reply_to="help@support.example.com")
    shop.change(email, state=EmailState.FAILED)
    assert olive.post(f"/orders/emails/{email.id}/again").status == 303
    (copy,) = shop.all(select(Email).where(Email.again_of_id == email.id))
    assert copy.reply_to == "help@support.example.com"
