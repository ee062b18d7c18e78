"""Moving stock by hand: what is refused, what one form notes however often it is sent, and two at the same moment."""

import threading

import pytest
from sqlalchemy.exc import IntegrityError

from blueprints.products.moving_stock import StockWish, move_stock
from models import MovementKind, writing
from tests.products.conftest import BY


def form(visitor, product, **typed):
    """What the form on the page sends when so much is typed into it."""
    return visitor.get(f"/products/{product.id}").fields(f"/products/{product.id}/move") | typed


def send(visitor, product, **typed):
    return visitor.post(f"/products/{product.id}/move", **form(visitor, product, **typed))


def test_strangers_and_support_move_nothing(mallory, uma, stocked, movements):
    product = stocked(on_hand=5)
    typed = {"kind": "removed", "pieces": "5"}
    assert mallory.post(f"/products/{product.id}/move", **typed).location == "/login"
    assert uma.post(f"/products/{product.id}/move", **typed).status == 403
    assert movements(product) == [("counted", 5, 5)]


@pytest.mark.parametrize(
    ("typed", "field", "why"),
    [
        ({"pieces": ""}, "pieces", "Write how many."),
        ({"pieces": "0"}, "pieces", "Write how many: at least 1."),
        ({"pieces": "-3"}, "pieces", "Write a whole number, such as 12."),
        ({"pieces": "2.5"}, "pieces", "Write a whole number, such as 12."),
        ({"pieces": "٣"}, "pieces", "Write a whole number, such as 12."),
        ({"pieces": "1000000001"}, "pieces", "At most 1,000,000,000 fit."),
        ({"pieces": "9" * 30}, "pieces", "Write a whole number, such as 12."),
        ({"pieces": "1000000000"}, "pieces", "At most 1,000,000,000 fit."),
        ({"kind": "removed", "pieces": "6"}, "pieces", "On hand: 5. If there were more, count them first."),
        ({"kind": "ordered"}, "kind", "Choose what happened."),
        ({"kind": "\x00\u202e"}, "kind", "Choose what happened."),
        ({"note": "x" * 201}, "note", "This is 201 characters long; at most 200 fit."),
    ],
)
def test_what_can_not_be_is_refused_and_kept(sam, stocked, movements, typed, field, why):
    product = stocked(on_hand=5)
    typed = {"kind": "received", "pieces": "3", "note": "From the market"} | typed
    page = send(sam, product, **typed)
    assert page.status in (409, 422)
    assert page.errors == {field: why}
    assert (page.value("pieces"), page.value("note")) == (typed["pieces"], typed["note"])
    assert movements(product) == [("counted", 5, 5)]


def test_a_second_click_notes_nothing_more(sam, stocked, movements):
    product = stocked()
    typed = form(sam, product, kind="received", pieces="3")
    for _click in range(2):
        page = sam.follow(sam.post(f"/products/{product.id}/move", **typed))
        assert "Recorded: +3. On hand now: 3." in page.messages
    assert movements(product) == [("received", 3, 3)]


def test_a_form_that_says_something_else_the_second_time_is_asked_again(sam, olive, stocked, movements):
    product = stocked()
    typed = form(sam, product, kind="received", pieces="3", note="Eggs")
    sam.post(f"/products/{product.id}/move", **typed)
    page = sam.post(f"/products/{product.id}/move", **typed | {"pieces": "4"})
    assert (page.status, page.refusal) == (409, "This form recorded +3 before.")
    assert (page.value("pieces"), page.value("note")) == ("4", "Eggs")
    assert send(olive, product, kind="received", pieces="3", note="Eggs", once=typed["once"]).status == 409
    again = page.fields(f"/products/{product.id}/move")
    assert sam.post(f"/products/{product.id}/move", **again).status == 303
    assert movements(product) == [("received", 3, 3), ("received", 4, 7)]


def test_a_form_of_one_product_says_nothing_of_another(sam, stocked, movements):
    one, other = stocked(), stocked("UBE-350", "Ube jam")
    typed = form(sam, one, kind="received", pieces="3")
    for product in (one, other):
        assert sam.post(f"/products/{product.id}/move", **typed).status == 303
        assert movements(product) == [("received", 3, 3)]


@pytest.mark.parametrize("once", ["", "x" * 41, "x" * 100_000])
def test_a_token_that_was_not_made_here_protects_from_nothing(sam, stocked, movements, once):
    product = stocked()
    for _click in range(2):
        assert send(sam, product, kind="received", pieces="1", once=once).status == 303
    assert len(movements(product)) == 2


def test_what_came_went_and_was_counted_adds_up(sam, stocked, movements):
    product = stocked()
    send(sam, product, kind="received", pieces="12", note="From <b>Lucban</b>")
    send(sam, product, kind="removed", pieces="2")
    page = sam.follow(send(sam, product, kind="counted", pieces="7"))
    assert "Recorded: −3. On hand now: 7." in page.messages  # noqa: RUF001 (a minus, as on the page)
    assert movements(product) == [("received", 12, 12), ("removed", -2, 10), ("counted", -3, 7)]
    assert "Received From <b>Lucban</b> Sam Staff +12 then 12" in page.text


def test_all_that_is_there_can_go(sam, stocked, movements):
    product = stocked(on_hand=5)
    assert send(sam, product, kind="removed", pieces="5").status == 303
    page = send(sam, product, kind="removed", pieces="1")
    assert page.errors == {"pieces": "On hand: 0. If there were more, count them first."}
    assert movements(product)[-1] == ("removed", -5, 0)


def test_a_count_that_agrees_writes_nothing_and_says_so(sam, stocked, movements):
    product = stocked(on_hand=5)
    page = sam.follow(send(sam, product, kind="counted", pieces="5"))
    assert page.messages == ["The count was 5 already, so nothing was recorded."]
    assert movements(product) == [("counted", 5, 5)]


def test_nothing_left_can_be_counted(sam, stocked, movements):
    product = stocked(on_hand=5)
    assert send(sam, product, kind="counted", pieces="0").status == 303
    assert movements(product)[-1] == ("counted", -5, 0)


def test_of_what_nobody_counts_nothing_is_noted(sam, shop, stocked, movements):
    product = stocked(on_hand=5)
    typed = form(sam, product, kind="received", pieces="3", note="Late")
    shop.change(product, tracked=False)
    page = sam.post(f"/products/{product.id}/move", **typed)
    assert (page.status, page.refusal) == (409, "The pieces of this product are not counted any more.")
    assert movements(product) == [("counted", 5, 5)]


def test_two_at_the_same_moment_lose_nothing(app, stocked, movements):
    product, start, faults = stocked(), threading.Barrier(4), []

    def receive(mine):
        start.wait()
        for number in range(5):
            with app.app_context():
                try:
                    move_stock(product.id, StockWish(MovementKind.RECEIVED, 1), by=BY, once=f"{mine}-{number}")
                except Exception as fault:
                    faults.append(fault)

    threads = [threading.Thread(target=receive, args=(mine,)) for mine in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not faults
    assert movements(product)[-1] == ("received", 1, 20)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stock_movements SET quantity = 6",
        "UPDATE stock_movements SET note = 'x'",
        "DELETE FROM stock_movements",
        "UPDATE products SET on_hand = 99",
        "INSERT INTO products (sku, sku_key, name, name_key, tracked, on_hand, search_text, created_at) "
        "VALUES ('X', 'x', 'X', 'x', true, 3, 'x', '2026-11-20')",
        "INSERT INTO stock_movements (product_id, quantity, on_hand_after, kind, at, note) "
        "VALUES (1, 3, 3, 'received', '2026-11-20', '')",
        "INSERT INTO stock_movements (product_id, quantity, on_hand_after, kind, at, note) "
        "VALUES (1, 0, 5, 'received', '2026-11-20', '')",
        "INSERT INTO stock_movements (product_id, quantity, on_hand_after, kind, at, note) "
        "VALUES (1, -1, 4, 'ordered', '2026-11-20', '')",
    ],
)
def test_the_database_refuses_a_stock_that_is_not_the_sum(app, stocked, movements, statement):
    product = stocked(on_hand=5)
    with app.app_context(), pytest.raises(IntegrityError), writing() as session:
        session.connection().exec_driver_sql(statement)
    assert movements(product) == [("counted", 5, 5)]


def test_a_count_is_asked_for_again_when_pieces_went_meanwhile(sam, stocked, movements):
    product = stocked(on_hand=10)
    url, page = f"/products/{product.id}/move", f"/products/{product.id}"
    fields = sam.get(page).fields(url) | {"kind": "counted", "pieces": "10"}
    assert sam.post(url, data=fields).status == 303, "it agrees, so nothing is recorded"
    assert sam.post(url, kind="removed", pieces="2").status == 303
    refused = sam.post(url, data=fields)
    said = "Pieces came or went since: 8 on hand now. If yours still holds, record it again."
    assert (refused.status, refused.errors, refused.value("pieces")) == (409, {"pieces": said}, "10")
    assert sam.post(url, data=refused.fields(url) | {"kind": "counted"}).status == 303
    assert movements(product)[-2:] == [("removed", -2, 8), ("counted", 2, 10)]
