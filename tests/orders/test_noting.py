"""A note for the store, on an order that nothing else happens to."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints import clock
from models import Note, Order
from tests.orders.deciding import cancel, drawn
from tests.privacy.customers import erase
from tests.support.inside import enter, open_window, window_of

WORDS = "She comes with her mother.\nHer son pays."


def write(visitor, order, words=WORDS):
    url = f"/orders/{order.id}/note"
    return visitor.post(url, **drawn(visitor.get(f"/orders/{order.id}"), url, internal_note=words))


@pytest.mark.parametrize(
    ("words", "said"),
    [("", "Write the note."), (" \n\t", "Write the note."), ("x" * 1001, "This is 1,001 characters long")],
)
def test_no_note_and_one_that_is_too_long_are_refused_where_they_were_typed(sam, shop, words, said):
    order = shop.order()
    page = write(sam, order, words)
    assert page.status == 422
    assert page.errors["internal_note"].startswith(said)
    assert page.select("#new-note[open]")
    assert page.value("internal_note") == words.strip()
    assert shop.count(Note) == 0


def test_it_is_on_the_order_with_who_wrote_it_and_changes_nothing(sam, olive, shop):
    order = shop.order()
    page = sam.follow(write(sam, order))
    assert page.messages == ["The note is saved. Only your store sees it."]
    history = olive.get(f"/orders/{order.id}").one("#history").get_text()
    assert "Sam Staff wrote a note." in history
    assert WORDS in history
    assert shop.get(Order, order.id).version == order.version, "no page that is open elsewhere is stale by it"
    assert shop.emails(order) == []


def test_two_clicks_write_it_once_and_two_people_or_a_minute_later_twice(sam, olive, shop):
    order = shop.order()
    for _click in range(2):
        assert write(sam, order).status == 303
    assert shop.events(order) == ["order.noted"]
    write(olive, order)
    write(sam, order, "Something else.")
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        write(sam, order)
    assert shop.events(order) == ["order.noted"] * 4


def test_the_same_words_on_another_order_or_with_a_cancel_are_no_second_click(sam, shop):
    first, second = shop.order(), shop.order()
    cancel(sam, first, internal_note=WORDS)
    for order in (first, second):
        write(sam, order)
    assert [shop.events(order)[-1] for order in (first, second)] == ["order.noted"] * 2
    assert [note.internal for note in shop.all(select(Note))] == [True] * 3


def test_support_inside_of_a_window_neither_reads_nor_writes_one(olive, uma, shop):
    order = shop.booked_order()
    write(olive, order)
    olive.post(f"/support/tickets/new?order={order.id}", reason="She ordered twice.")
    open_window(olive, 1)
    enter(uma, window_of(shop, 1))
    page = uma.get(f"/orders/{order.id}")
    assert "mother" not in page.text
    assert not page.select("#new-note")
    assert uma.post(f"/orders/{order.id}/note", internal_note="Hello").status == 403
    assert shop.count(Note) == 1


def test_written_after_an_erasure_it_may_be_erased_once_more(sam, olive, shop):
    order = shop.order(status="completed")
    write(sam, order)
    assert erase(olive, [order]).status == 303
    assert "mother" not in sam.get(f"/orders/{order.id}").text
    write(sam, order, "Her mother again.")
    assert erase(olive, [shop.get(Order, order.id)]).status == 303
    assert "mother" not in sam.get(f"/orders/{order.id}").text
