"""An address that is corrected on the order, while its emails are being sent, and after they were."""

from datetime import timedelta

import pytest
import time_machine

from blueprints import clock
from models import EmailState, NotSentReason, Order
from tests.orders.deciding import cancel, drawn
from tests.pages import words

WRONG, RIGHT = "mraia@example.com", "maria@example.com"


class Meanwhile(dict):
    """What the mail server answers to an address, once something was done."""

    def __init__(self, act):
        super().__init__({WRONG: ""})
        self.act = act

    def __getitem__(self, address):
        self.act()
        return "451 4.7.1 come back later"


@pytest.fixture
def order(shop):
    return shop.order(customer_email=WRONG)


def correct(visitor, order, address=RIGHT):
    url = f"/orders/{order.id}/customer"
    page = visitor.post(url, **drawn(visitor.get(url), url, customer_email=address))
    assert page.status == 303


def untold(visitor):
    return [words(cell) for cell in visitor.get("/orders/?attention=not_told").select("td.c-number")]


def test_the_next_try_goes_to_the_address_that_the_order_has_by_then(sam, shop, order, desk, post_office):
    email = desk.tell(order)
    post_office.refuse = Meanwhile(lambda: correct(sam, order))
    assert desk.deliver() == {"put_off": 1}
    assert (desk.again(email).recipient, desk.again(email).state) == (RIGHT, EmailState.QUEUED)
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        assert desk.deliver() == {"sent": 1}
    assert [letter.recipients for letter in post_office.letters] == [(RIGHT,)]


def test_there_is_no_next_try_once_no_address_is_left(sam, shop, order, desk, post_office):
    email = desk.tell(order)
    post_office.refuse = Meanwhile(lambda: correct(sam, order, ""))
    desk.deliver()
    kept = desk.again(email)
    assert (kept.recipient, kept.state, kept.reason) == (None, EmailState.NOT_SENT, NotSentReason.NO_ADDRESS)


def test_what_a_deliverer_that_died_was_at_goes_to_the_new_address(sam, shop, order, desk, post_office):
    email = desk.tell(order)
    shop.change(email, state=EmailState.SENDING, attempts=1)
    correct(sam, order)
    assert desk.deliver() == {"sent": 1}
    assert [letter.recipients for letter in post_office.letters] == [(RIGHT,)]


def test_a_try_that_got_through_says_where_it_went(sam, shop, order, desk, post_office):
    email = desk.tell(order)
    post_office.before_250 = lambda: correct(sam, order)
    desk.deliver()
    assert (desk.again(email).recipient, desk.again(email).state) == (WRONG, EmailState.SENT)
    assert shop.get(Order, order.id).customer_email == RIGHT


@pytest.fixture
def told(sam, order, desk):
    """The cancel, at the address that the order had; a minute later."""
    cancel(sam, order)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        desk.deliver()
        yield order


def test_who_was_told_at_another_address_is_listed_until_they_are_told_at_theirs(sam, shop, told, desk):
    assert untold(sam) == []
    correct(sam, told)
    page = sam.get(f"/orders/{told.id}")
    assert f"was sent to {WRONG}, which is not the order’s address any more" in page.one("#emails-list").text
    assert "was told of the cancel" not in page.text
    assert untold(sam) == [told.number]
    assert "Sent to another address" in sam.get("/orders/?attention=not_told").text
    (email,) = shop.emails(told)
    sam.post(f"/orders/emails/{email.id}/again")
    desk.deliver()
    assert untold(sam) == []
    assert "Maria Santos was told of the cancel" in sam.get(f"/orders/{told.id}").text


@pytest.mark.parametrize("address", [WRONG.upper(), ""])
def test_neither_capitals_nor_no_address_at_all_undo_that_they_were_told(sam, told, address):
    correct(sam, told, address)
    assert untold(sam) == []
    assert "was told of the cancel" in sam.get(f"/orders/{told.id}").text


def test_an_address_that_came_later_is_not_said_to_be_missing(sam, shop, desk):
    order = shop.order(customer_email=None)
    cancel(sam, order)
    assert "No email address" in sam.get("/orders/?attention=not_told").text
    correct(sam, order)
    emails = sam.get(f"/orders/{order.id}").one("#emails-list").text
    assert "there was no email address then" in emails
    assert "An address is on file now: send it again, or tell them yourself." in emails
    assert "Not sent yet" in sam.get("/orders/?attention=not_told").text


@pytest.mark.parametrize("recipient", [WRONG, None], ids=["it had an address", "its address was taken away before"])
def test_what_was_erased_meanwhile_gets_neither_its_address_nor_the_server_s_words_back(
    shop, order, desk, post_office, recipient
):
    email = desk.tell(order)
    undone = {"state": EmailState.NOT_SENT, "reason": NotSentReason.UNDONE}
    empty = {"text": "", "html": "", "recipient": recipient and "", "reply_to": None}
    post_office.before_250 = lambda: shop.change(email, **undone, **empty, cleared_at=clock.now())
    assert desk.deliver() == {"sent": 1}
    kept = desk.again(email)
    assert (kept.recipient, kept.state, kept.answer) == ("", EmailState.SENT, "250")
