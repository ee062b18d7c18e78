"""The mailbox: who reads what, and that an email can do nothing there."""

import pytest

from blueprints import clock, outbox
from models import EmailState, Store, writing
from tests.mail.desk import A_MESSAGE, MailDesk
from tests.pages import words
from tests.people import signed_in


def test_a_stranger_and_support_read_no_mail(mallory, uma, shop, desk):
    email = desk.tell(shop.order())
    for page in ("/orders/emails", f"/orders/emails/{email.id}", f"/orders/emails/{email.id}/html"):
        assert mallory.get(page).status == 303
        assert uma.get(page).status == 403


def test_staff_read_only_what_is_about_orders(sam, olive, shop, desk):
    about_order, about_account = desk.tell(shop.order()), desk.queue("sam@example.com", kind="password_reset")
    assert [link["href"] for link in sam.get("/orders/emails").select("a.row-link")] == [
        f"/orders/emails/{about_order.id}"
    ]
    assert sam.get(f"/orders/emails/{about_account.id}").status == 404
    assert sam.client.get(f"/orders/emails/{about_account.id}/html").status_code == 404
    assert len(olive.get("/orders/emails").select("a.row-link")) == 2


def test_a_link_that_opens_an_account_is_shown_to_nobody(olive, desk):
    email = desk.queue("sam@example.com", kind="password_reset")
    page = olive.get(f"/orders/emails/{email.id}")
    assert "The text is not kept" in page.text
    assert "Sorry." not in page.response.text
    assert olive.client.get(f"/orders/emails/{email.id}/html").status_code == 404


def test_an_email_is_shown_as_it_was_written_with_what_became_of_it(sam, shop, desk, post_office):
    post_office.refuse["maria@example.com"] = "550 5.1.1 no such <user> here"
    email = desk.tell(shop.order(number="1041"), note="Sorry")
    desk.deliver()
    page = sam.get(f"/orders/emails/{email.id}")
    assert page.h1 == "Your order 1041 is cancelled"
    assert page.one("pre").get_text() == email.text
    for said in ("550 5.1.1 no such <user> here", "Failed", "Tried 1 time", "To maria@example.com", "Order 1041"):
        assert said in page.text


def test_why_it_failed_is_said_plainly_and_the_servers_own_words_once(sam, olive, shop, desk, post_office):
    post_office.refuse["maria@example.com"] = "550 5.1.1 no such <user> here"
    about_order, about_account = desk.tell(shop.order()), desk.queue("maria@example.com", kind="mail_test")
    desk.deliver()
    for reader, email in ((sam, about_order), (olive, about_account)):
        page = reader.get(f"/orders/emails/{email.id}")
        assert page.one(".lead").get_text() == "Not told, because it could not be delivered."
        assert page.text.count("550 5.1.1") == 1


def test_a_row_names_customer_and_order_where_there_is_one(olive, shop, desk):
    order = shop.order(number="1041", customer_name="Marisol Peña")
    desk.queue("sam@example.com", kind="password_reset")
    desk.tell(order)
    first, second = (words(row.select_one(".small")) for row in olive.get("/orders/emails").select("ul.list > li"))
    assert first.startswith("Marisol Peña · Order 1041 · to maria@example.com")
    assert second.startswith("to sam@example.com")


def test_the_html_of_an_email_stands_alone_and_can_do_nothing(sam, shop, desk):
    email = desk.tell(shop.order(customer_name="<script>alert(1)</script>"))
    frame = sam.get(f"/orders/emails/{email.id}").one("iframe")
    assert frame.has_attr("sandbox")
    assert not frame["sandbox"]
    document = sam.client.get(frame["src"])
    assert document.text == email.html
    assert "<script" not in document.text
    policy = document.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.startswith("sandbox;")
    assert "script-src" not in policy


BOXES = ("all", "waiting", "sent", "failed", "not_sent", "nonsense")


def test_emails_can_be_looked_at_by_their_state(sam, shop, desk):
    for state in (EmailState.FAILED, EmailState.QUEUED, EmailState.HELD, EmailState.SENDING):
        shop.change(desk.tell(shop.order()), state=state)
    desk.tell(shop.order(customer_email=None))
    found = {box: len(sam.get(f"/orders/emails?state={box}").select("a.row-link")) for box in BOXES}
    assert found == {"all": 5, "waiting": 3, "sent": 0, "failed": 1, "not_sent": 1, "nonsense": 5}


def test_a_hundred_and_twenty_emails_are_three_pages_there_and_back(sam, shop, app):
    order = shop.order()
    with app.app_context(), writing() as session:
        for _ in range(120):
            to = {"recipient": "maria@example.com", "order_id": order.id, "at": clock.now()}
            outbox.queue(session, kind="order_cancelled", message=A_MESSAGE, **to)
    pages = [sam.get("/orders/emails")]
    while older := pages[-1].soup.select_one("a[rel=next]"):
        pages.append(sam.get(older["href"]))
    assert [len(page.select("a.row-link")) for page in pages] == [50, 50, 20]
    back = sam.get(pages[2].one("a[rel=prev]")["href"])
    assert hrefs(back) == hrefs(pages[1])
    assert hrefs(sam.get(back.one("a[rel=prev]")["href"])) == hrefs(pages[0])


def hrefs(page) -> list[str]:
    return [link["href"] for link in page.select("a.row-link")]


@pytest.mark.parametrize("place", ["before=x", "after=-1", "before=99999999999999999999", "after=٣", "before="])
def test_a_place_that_is_none_shows_the_first_page(place, sam, shop, desk):
    desk.tell(shop.order())
    assert len(sam.get(f"/orders/emails?{place}").select("a.row-link")) == 1


def test_without_a_server_everything_stays_readable_and_pages_say_so(open_app, shop):
    app = open_app(MAIL_SERVER=None)
    email = MailDesk(app).tell(shop.order(), note="Sorry")
    sam = signed_in(app, "sam")
    page = sam.get("/orders/emails")
    assert "In the mailbox" in page.text
    assert "No mail server is set up" in page.soup.get_text()
    assert page.select(".banner a[href='/orders/emails']")
    assert "Sorry" in sam.get(f"/orders/emails/{email.id}").one("pre").get_text()


def test_an_empty_mailbox_says_what_will_be_in_it(sam):
    assert "When an order changes, the email to its customer is kept here." in sam.get("/orders/emails").text


def test_the_order_page_shows_its_emails_and_what_became_of_them(sam, shop, desk, post_office):
    order = shop.order()
    desk.tell(order, kind="order_accepted")
    post_office.refuse["maria@example.com"] = "550 5.1.1 no such user here"
    desk.deliver()
    shop.change(shop.get(Store, 1), alerts_on=False)
    desk.tell(order)
    panel = sam.get(f"/orders/{order.id}").one("#emails").get_text()
    assert "550 5.1.1 no such user here" in panel
    assert "this email alert is off in Settings" in panel
