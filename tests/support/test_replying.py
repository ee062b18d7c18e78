"""Both sides write to a ticket; it waits on the other side, since then."""

import threading
from datetime import timedelta

import pytest
import time_machine

from models import Store, Ticket, TicketMessage, User
from tests.people import signed_in
from tests.shop import A_MORNING
from tests.support.conftest import mail_of, state_of, story_of

URL = "/support/tickets/{}/reply"


def test_a_stranger_writes_nothing(mallory, shop, ask):
    assert mallory.post(URL.format(ask()), body="Hello").location == "/login"
    assert mallory.get("/support/tickets/1").location == "/login"
    assert shop.count(TicketMessage) == 0


@pytest.mark.parametrize("number", ["2", "0", "9223372036854775808", "1e3", "-1"])
def test_a_ticket_that_is_not_there_is_not_found(olive, uma, ask, number):
    ask()
    assert olive.post(URL.format(number), body="Hello").status == 404
    assert uma.get(f"/support/tickets/{number}").status == 404


def test_nothing_is_no_reply(uma, shop, ask):
    page = uma.post(URL.format(ask()), body=" \n ")
    assert (page.status, page.errors) == (422, {"body": "Write a few words first."})
    assert shop.count(TicketMessage) == 0


def test_too_long_a_reply_stays_in_the_form(uma, shop, ask):
    page = uma.post(URL.format(ask()), body="ñ" * 4001)
    assert page.status == 422
    assert page.value("body") == "ñ" * 4001


def test_nobody_writes_to_a_closed_ticket(olive, uma, shop, ask):
    ticket = ask()
    olive.post(f"/support/tickets/{ticket}/close")
    page = uma.post(URL.format(ticket), body="But wait")
    assert (page.status, page.refusal) == (409, "This ticket is closed, so your words were not sent.")
    assert page.value("body") == "But wait"
    assert shop.count(TicketMessage) == 0


def test_a_reply_sent_twice_is_one_message_and_one_mail(uma, shop, ask):
    ticket = ask()
    fields = uma.get(f"/support/tickets/{ticket}").fields(URL.format(ticket)) | {"body": "On it"}
    for _ in range(2):
        assert uma.post(URL.format(ticket), data=fields).status == 303
    assert shop.count(TicketMessage) == 1
    assert [mail.recipient for mail in mail_of(shop, ticket, "ticket_replied")] == [
        "olive@example.com",
        "nena@example.com",
    ]


def test_an_internal_note_is_no_reply_though_the_words_are_the_same(uma, olive, shop, ask):
    ticket = ask()
    fields = uma.get(f"/support/tickets/{ticket}").fields(URL.format(ticket)) | {"body": "On it"}
    assert uma.post(URL.format(ticket), data=fields | {"internal": "y"}).status == 303
    page = uma.post(URL.format(ticket), data=fields)
    assert (page.status, page.value("body")) == (409, "On it"), "nobody is told that it was sent"
    assert "On it" not in olive.get(f"/support/tickets/{ticket}").text


def test_the_same_form_with_other_words_is_refused(uma, shop, ask):
    ticket = ask()
    fields = uma.get(f"/support/tickets/{ticket}").fields(URL.format(ticket))
    uma.post(URL.format(ticket), data=fields | {"body": "On it"})
    page = uma.post(URL.format(ticket), data=fields | {"body": "Not on it"})
    assert (page.status, page.value("body")) == (409, "Not on it")
    assert shop.count(TicketMessage) == 1


def test_another_persons_form_is_no_second_click(olive, sam, shop, ask):
    ticket = ask()
    fields = olive.get(f"/support/tickets/{ticket}").fields(URL.format(ticket)) | {"body": "Hello"}
    olive.post(URL.format(ticket), data=fields)
    fields["csrf_token"] = sam.get(f"/support/tickets/{ticket}").token
    assert sam.post(URL.format(ticket), data=fields).status == 409
    assert shop.count(TicketMessage) == 1


def test_a_form_of_another_ticket_is_none_either(uma, shop, ask):
    first, second = ask(), ask()
    fields = uma.get(f"/support/tickets/{first}").fields(URL.format(first)) | {"body": "On it"}
    assert [uma.post(URL.format(ticket), data=fields).status for ticket in (first, second)] == [303, 409]
    assert shop.count(TicketMessage) == 1


def test_whoever_replies_waits_on_the_other_side(olive, uma, shop, ask):
    ticket = ask()
    assert state_of(shop, ticket) == "open"
    uma.post(URL.format(ticket), body="Which one?")
    assert state_of(shop, ticket) == "waiting_on_merchant"
    olive.post(URL.format(ticket), body="The red one.")
    assert state_of(shop, ticket) == "waiting_on_support"
    assert story_of(shop, ticket) == ["ticket.opened", "ticket.replied", "ticket.replied"]


def test_a_question_that_nobody_answered_stays_new(olive, shop, ask):
    ticket = ask()
    since = shop.get(Ticket, ticket).waiting_since
    olive.post(URL.format(ticket), body="Also, it smells.")
    assert (state_of(shop, ticket), shop.get(Ticket, ticket).waiting_since) == ("open", since)


def test_who_was_waited_on_already_is_waited_on_since_then(olive, app, shop, ask):
    with time_machine.travel(A_MORNING, tick=False) as clock:
        olive = signed_in(app, "olive")
        ticket = ask(by=olive)
        uma = signed_in(app, "uma")
        clock.shift(timedelta(minutes=10))
        uma.post(URL.format(ticket), body="Which one?")
        clock.shift(timedelta(minutes=10))
        uma.post(URL.format(ticket), body="The red one?")
        assert shop.get(Ticket, ticket).waiting_since == A_MORNING + timedelta(minutes=10)
        assert "for 10 minutes" in olive.get(f"/support/tickets/{ticket}").text


def test_a_reply_to_the_merchant_goes_to_the_opener_and_the_store(sam, uma, shop, ask):
    ticket = ask(by=sam)
    uma.post(URL.format(ticket), body="Try turning it off.")
    mails = mail_of(shop, ticket, "ticket_replied")
    assert [mail.recipient for mail in mails] == ["sam@example.com", "nena@example.com"]
    for mail in mails:
        assert mail.reply_to == "tulong@example.com"
        assert mail.subject == "Ticket 1: a reply"
        for part in ("Uma Support", "Try turning it off.", "http://127.0.0.1:5000/support/tickets/1"):
            assert part in mail.text
            assert part in mail.html


def test_a_reply_to_support_goes_to_its_address(sam, shop, ask_to_cancel):
    ticket = ask_to_cancel(shop.booked_order(number="1041"))
    sam.post(URL.format(ticket), body="Any news?")
    [mail] = mail_of(shop, ticket, "ticket_replied")
    assert (mail.recipient, mail.reply_to) == ("tulong@example.com", "nena@example.com")
    assert mail.subject == "Ticket 1, order 1041: a reply"


def test_whoever_left_the_store_is_mailed_no_more(uma, sam, shop, ask):
    ticket = ask(by=sam)
    shop.change(shop.get(Store, 1), email=None)
    shop.change(shop.get(User, 2), disabled_at=A_MORNING)
    uma.post(URL.format(ticket), body="Hello?")
    assert [mail.recipient for mail in mail_of(shop, ticket, "ticket_replied")] == ["olive@example.com"]


def test_a_reply_reopens_a_solved_ticket(olive, uma, shop, ask):
    ticket = ask()
    uma.post(f"/support/tickets/{ticket}/solve")
    assert "A reply opens it again" in olive.get(f"/support/tickets/{ticket}").text
    olive.post(URL.format(ticket), body="It burns again.")
    assert state_of(shop, ticket) == "waiting_on_support"
    assert shop.get(Ticket, ticket).solved_at is None
    assert story_of(shop, ticket)[-2:] == ["ticket.replied", "ticket.reopened"]


def test_a_ticket_does_not_reopen_beside_another_for_the_same_order(olive, uma, shop, ask_to_cancel):
    order = shop.booked_order()
    old = ask_to_cancel(order)
    uma.post(f"/support/tickets/{old}/solve")
    new = ask_to_cancel(order)
    page = olive.post(URL.format(old), body="And?")
    assert (page.status, page.value("body")) == (409, "And?")
    assert page.refusal == "Ticket 2 asks for the same order already."
    assert page.select(f"a[href='/support/tickets/{new}']")
    assert (state_of(shop, old), shop.count(TicketMessage)) == ("solved", 0)


def test_many_reply_at_once_and_every_word_is_kept(app, shop, ask):
    ticket = ask()
    people = [signed_in(app, name) for name in ("olive", "sam", "uma")]
    for visitor in people:
        visitor.get("/help/")
    answers = []
    send = [
        threading.Thread(target=lambda v=v, n=n: answers.append(v.post(URL.format(ticket), body=f"Word {n}").status))
        for n, v in enumerate(people)
    ]
    for thread in send:
        thread.start()
    for thread in send:
        thread.join()
    assert set(answers) <= {303, 503}
    assert shop.count(TicketMessage) == answers.count(303)


def test_what_is_written_is_text_on_the_page(olive, uma, ask):
    ticket = ask()
    uma.post(URL.format(ticket), body="<img src=x onerror=alert(1)>\n\u202egnp")
    page = olive.get(f"/support/tickets/{ticket}")
    assert "<img src=x" not in page.response.text
    assert "<img src=x onerror=alert(1)>" in page.text
