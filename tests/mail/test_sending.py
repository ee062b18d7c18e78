"""What arrives at the customer's mail server."""

from datetime import timedelta

import time_machine

from blueprints import clock
from blueprints.outbox import Message
from blueprints.seals import new_link_mark, secret_of
from models import EmailState, OrderStatus, Store


def test_the_customer_reads_the_note_in_text_and_html(shop, desk, post_office):
    order = shop.order(number="1041")
    desk.tell(order, note="Sorry, the last set\nwas sold <b>today</b> & gone.")
    desk.deliver()
    (letter,) = post_office.letters
    assert "Sorry, the last set\nwas sold <b>today</b> & gone." in letter.text
    assert "Sorry, the last set<br>was sold &lt;b&gt;today&lt;/b&gt; &amp; gone." in letter.html
    assert letter.message["Subject"] == "Your order 1041 is cancelled"


def test_it_is_from_the_shop_to_one_customer_and_answers_go_to_the_shop(shop, desk, post_office):
    shop.change(shop.get(Store, 1), email="nena@example.com")
    desk.tell(shop.order())
    desk.deliver()
    (letter,) = post_office.letters
    assert (letter.sender, letter.recipients) == ("shop@example.com", ("maria@example.com",))
    assert letter.message["From"] == "Aling Nena’s <shop@example.com>"
    assert letter.message["Reply-To"] == "nena@example.com"
    assert letter.message["Auto-Submitted"] == "auto-generated"


def test_it_is_noted_as_sent_with_the_answer_of_the_server(shop, desk, post_office):
    email = desk.tell(shop.order())
    assert desk.deliver() == {"sent": 1}
    sent = desk.again(email)
    assert (sent.state, sent.answer, sent.attempts) == (EmailState.SENT, "250 2.0.0 Ok: queued as 0001", 1)
    assert clock.now() - sent.sent_at < timedelta(minutes=1)
    assert post_office.ids == [email.message_id]
    assert desk.deliver() == {}


def test_money_that_was_paid_is_said_to_come_back(shop, desk, post_office):
    order = shop.order(total=78000, payment_status="paid")
    desk.tell(order, refund_owed=78000)
    desk.deliver()
    (letter,) = post_office.letters
    assert "₱780.00 will be returned to you; we will contact you about how." in letter.text
    assert "₱780.00 will be returned to you" in letter.html


def test_a_held_email_leaves_when_it_is_due_and_not_before(shop, desk, post_office):
    email = desk.tell(shop.order(), due_at=clock.now() + timedelta(seconds=30))
    shop.change(email, state=EmailState.HELD)
    assert desk.deliver() == {}
    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        assert desk.deliver() == {"sent": 1}


def test_lines_of_any_length_and_dots_arrive_as_they_were_written(shop, desk, post_office):
    note = ".\n..\n" + "mahaba" * 160 + "\n.ñ"
    desk.tell(shop.order(), note=note)
    desk.deliver()
    (letter,) = post_office.letters
    assert note in letter.text
    assert max(len(line) for line in letter.data.splitlines()) < 200


def test_one_line_takes_many_letters_and_is_dialled_anew_after_fifty(desk, post_office):
    for _ in range(51):
        desk.queue()
    assert desk.deliver() == {"sent": 51}
    assert post_office.connections == 2


def test_a_reset_link_leaves_with_the_email_and_stays_nowhere_else(desk, post_office, app):
    mark = new_link_mark()
    message = Message(subject="A new password", text=f"Open /{mark}", html=f"<p>Open /{mark}</p>")
    email = desk.queue(message=message, kind="password_reset")
    desk.deliver()
    with app.app_context():
        secret = secret_of(mark)
    (letter,) = post_office.letters
    assert secret in letter.text
    assert secret in letter.html
    assert desk.again(email).text == desk.again(email).html == ""


def test_every_status_has_words_of_its_own(shop, desk, post_office):
    order = shop.order(number="1041")
    kinds = [f"order_{status.value}" for status in OrderStatus if status is not OrderStatus.PENDING]
    for kind in kinds:
        desk.tell(order, kind=kind)
    desk.deliver()
    assert len({letter.message["Subject"] for letter in post_office.letters}) == len(kinds)
    assert len({letter.text for letter in post_office.letters}) == len(kinds)


def test_where_the_parcel_is_stands_in_the_email_about_it(shop, desk, post_office):
    desk.tell(shop.booked_order("Lalamove"), kind="order_shipped")
    desk.deliver()
    assert "Courier: Lalamove\nTracking number: JT0912345678\n\n" in post_office.letters[0].text


def test_and_leads_to_the_couriers_own_page_about_it(shop, desk):
    order = shop.booked_order("Lalamove")
    shop.change(order.courier, tracking_url="https://track.example.com/?a=1&no={waybill}")
    page = "https://track.example.com/?a=1&no=JT0912345678"
    for kind in ("order_shipped", "order_out_for_delivery"):
        email = desk.tell(order, kind=kind)
        assert f"Tracking number: JT0912345678\nSee where your parcel is: {page}\n" in email.text
        assert f'href="{page.replace("&", "&amp;")}"' in email.html
    for told in (desk.tell(order, kind="order_completed"), desk.tell(shop.order(), kind="order_shipped")):
        assert "track.example.com" not in told.text + told.html
    shop.change(order, booking_cancelled_at=clock.now())
    assert "track.example.com" not in desk.tell(order, kind="order_shipped").html
