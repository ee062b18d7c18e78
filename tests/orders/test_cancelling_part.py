"""Cancelling a part of an order: some items, or some pieces of them; the rest goes on."""

import pytest
from sqlalchemy import select

from blueprints.orders import part_routes
from blueprints.orders.cancelling_part import cancel_part
from models import (
    Cancellation,
    CancelledItem,
    Email,
    EmailState,
    Order,
    OrderItem,
    OrderStatus,
    PaymentStatus,
    Reason,
    Refund,
)
from tests.orders.books import books, cancel_items, later, reinstate, undo
from tests.orders.deciding import cancel, drawn
from tests.pages import words
from tests.shop import A_MORNING

PAID = {"payment_status": PaymentStatus.PAID}


@pytest.fixture
def products(shop):
    return [shop.product("ADOBO-4"), shop.product("OTAP")]


@pytest.fixture
def order(shop, products):
    """Two sets of adobo and three packs of otap, for ₱1,410.00 in all."""
    return shop.sold(("ADOBO-4", 2, 48000), ("OTAP", 3, 15000), shipping=8000, discount=8000, total=141000, **PAID)


def after(shop, order):
    order = shop.get(Order, order.id)
    return order.total, order.discount, order.item_count, order.payment_status


def test_what_one_piece_costs_stands_beside_it(sam, order):
    page = sam.get(f"/orders/{order.id}/cancel/items")
    assert [words(row) for row in page.select(".count-rows .hint")] == [
        "₱480.00 each, 2 in the order",
        "₱150.00 each, 3 in the order",
    ]


def test_an_item_that_came_back_meanwhile_is_no_reason_to_lose_what_was_typed(sam, shop, order, monkeypatch):
    items = shop.all(select(OrderItem).order_by(OrderItem.id))
    assert cancel_items(sam, order, {0: 2}).status == 303

    def undone_first(*args, **options):
        monkeypatch.undo()
        undo(sam, order)
        cancel_part(*args, **options)

    url = f"/orders/{order.id}/cancel/items"
    fields = drawn(sam.get(url), url, note="Sorry.", **{f"pieces_{items[1].id}": "1"})
    monkeypatch.setattr(part_routes, "cancel_part", undone_first)
    page = sam.post(url, **fields)
    assert (page.status, page.value("note")) == (409, "Sorry.")


def test_the_order_goes_on_with_what_remains(sam, shop, order):
    answer = cancel_items(sam, order, {0: 1})
    assert (answer.status, answer.location) == (303, f"/orders/{order.id}")
    assert shop.get(Order, order.id).status is OrderStatus.PENDING
    assert [(item.quantity, item.cancelled) for item in shop.get(Order, order.id).items] == [(2, 1), (3, 0)]
    # ₱480.00 of ₱1,410.00 worth of items: its share of the discount of ₱80.00 goes with it.
    share = 8000 * 48000 // 141000
    assert after(shop, order) == (141000 - 48000 + share, 8000 - share, 4, PaymentStatus.PAID)
    page = sam.follow(answer)
    assert "ADOBO-4 × 1" in page.one("#items").text
    assert "1 of 2 cancelled" in page.one("#items").text
    assert page.messages == ["A part of order 1001 is cancelled. The rest goes on."]


def test_what_was_paid_beyond_what_remains_is_owed_back(sam, shop, order):
    cancel_items(sam, order, {1: 3})
    (refund,) = shop.all(select(Refund))
    assert refund.owed == 141000 - shop.get(Order, order.id).total
    assert "Owed back to the customer" in sam.get(f"/orders/{order.id}").text
    assert "Maria Santos" in sam.get("/refunds/").text


def test_of_an_order_that_is_not_paid_nothing_is_owed_and_less_is_to_be_paid(sam, shop):
    order = shop.order(items=[("Adobo", 2, 48000)], total=96000)
    cancel_items(sam, order, {0: 1})
    assert shop.count(Refund) == 0
    assert shop.get(Order, order.id).to_pay == 48000


def test_of_an_order_that_is_paid_in_part_only_what_is_too_much_is_owed(sam, shop):
    order = shop.order(items=[("Adobo", 2, 48000)], total=96000, paid=60000)
    cancel_items(sam, order, {0: 1})
    assert [refund.owed for refund in shop.all(select(Refund))] == [12000]


def test_a_discount_that_pays_for_shipping_too_takes_no_more_off_than_the_items_cost(sam, shop):
    items = [("Adobo", 1, 40000), ("Otap", 1, 60000)]
    order = shop.order(items=items, shipping=50000, discount=150000, total=0)
    cancel_items(sam, order, {1: 1})
    now = shop.get(Order, order.id)
    assert (now.total, now.discount, now.subtotal) == (0, 90000, 40000)


def test_the_tax_of_the_part_goes_with_it_and_comes_back(sam, app, shop):
    order = shop.order(items=[("Adobo", 2, 48000), ("Otap", 1, 15000)], tax=11100, total=122100, **PAID)
    before, share = books(app), 11100 * 48000 // 111000
    cancel_items(sam, order, {0: 1})
    now = shop.get(Order, order.id)
    assert (now.tax, now.total) == (11100 - share, 122100 - 48000 - share)
    assert [refund.owed for refund in shop.all(select(Refund))] == [48000 + share]
    undo(sam, order)
    assert books(app) == before


def test_a_fee_is_kept_of_it(sam, shop, order):
    cancel_items(sam, order, {0: 1}, fee="50")
    (refund,) = shop.all(select(Refund))
    assert refund.owed == 141000 - shop.get(Order, order.id).total - 5000
    assert "₱50.00 stays with us as a cancellation fee" in shop.emails(order)[0].text


def test_no_more_is_kept_than_would_be_owed(sam, shop, order):
    page = cancel_items(sam, order, {0: 1}, fee="500")
    assert (page.status, list(page.errors)) == (422, ["fee"])
    assert (page.value("fee"), page.value(f"pieces_{order.items[0].id}")) == ("500", "1")
    assert shop.count(Cancellation) == 0


def test_the_pieces_go_back_into_stock(sam, shop, order, products):
    cancel_items(sam, order, {0: 1, 1: 2})
    assert [shop.on_hand(product) for product in products] == [9, 9]


def test_not_all_of_them_if_some_are_broken(sam, shop, order, products):
    cancel_items(sam, order, {0: 2, 1: 2}, **{f"back_{order.items[0].id}": "1", f"back_{order.items[1].id}": "0"})
    assert [shop.on_hand(product) for product in products] == [9, 7]


def test_none_of_them_if_that_is_unticked(sam, shop, order, products):
    cancel_items(sam, order, {0: 2}, restock=None)
    assert [shop.on_hand(product) for product in products] == [8, 7]


def test_the_customer_reads_what_is_cancelled_and_what_remains(sam, shop, order):
    cancel_items(sam, order, {0: 1, 1: 1}, note="The freezer broke.")
    (email,) = shop.emails(order)
    assert (email.kind, email.state) == ("order_part_cancelled", EmailState.HELD)
    assert email.subject == "A part of your order 1001 is cancelled"
    cancelled, remains = email.text.split("What remains of order 1001")
    for line in ("1 × ADOBO-4", "1 × OTAP", "The freezer broke."):
        assert line in cancelled
    for line in ("1 × ADOBO-4: ₱480.00", "2 × OTAP: ₱300.00", "Total: "):
        assert line in remains
    assert "1 × OTAP" in email.html


def test_the_email_can_be_read_before_and_changes_nothing(sam, app, order):
    before = books(app)
    url = f"/orders/{order.id}/cancel/items"
    typed = drawn(sam.get(url), url, **{f"pieces_{order.items[0].id}": "1"}, note="The freezer broke.")
    page = sam.post(f"{url}/preview", **typed)
    assert page.status == 200
    assert "1 × ADOBO-4" in page.one("#preview").text
    assert "The freezer broke." in page.one("#preview").text
    assert page.value(f"pieces_{order.items[0].id}") == "1"
    assert books(app) == before


@pytest.mark.parametrize(
    ("columns", "fee", "says"),
    [
        (PAID, "", "The order then comes to ₱480.00. ₱480.00 is owed back."),
        (PAID, "80", "The order then comes to ₱480.00. ₱400.00 is owed back."),
        (PAID, "480", "The order then comes to ₱480.00. Nothing is owed back."),
        ({}, "", "The order then comes to ₱480.00."),
    ],
)
def test_what_it_comes_to_can_be_read_before_also_where_nobody_is_emailed(sam, shop, columns, fee, says):
    order = shop.order(customer_email=None, **columns)
    url = f"/orders/{order.id}/cancel/items"
    page = sam.post(f"{url}/preview", **drawn(sam.get(url), url, **{f"pieces_{order.items[0].id}": "1"}, fee=fee))
    assert page.one("#outlook").get_text(" ", strip=True).replace("  ", " ") == says
    assert not page.select("#preview")
    assert shop.get(Order, order.id).total == 96000


def test_undo_makes_it_as_it_was(sam, app, shop, order):
    before = books(app)
    cancel_items(sam, order, {0: 1, 1: 2}, note="The freezer broke.")
    page = sam.get(f"/orders/{order.id}")
    assert "1 × ADOBO-4, 2 × OTAP" in page.one("#parts").text
    undo(sam, order)
    assert books(app) == before
    assert shop.events(order) == ["order.part_cancelled", "order.part_undone"]


def test_undo_stands_at_the_top_of_the_page_while_it_lasts(sam, app, shop, order):
    cancel_items(sam, order, {0: 1})
    notice = sam.get(f"/orders/{order.id}").one("main .undo:not(.columns .undo)")
    assert words(notice).startswith("1 × ADOBO-4 Maria Santos is told by email at")
    assert notice.select(f"time[data-until] , form[action='/orders/{order.id}/undo']")
    with later(minutes=2):
        assert not sam.get(f"/orders/{order.id}").select(".undo")


def test_later_the_items_are_put_back_and_the_customer_told(sam, app, shop, order):
    before = books(app)
    cancel_items(sam, order, {0: 1})
    with later(minutes=2):
        assert "Put back" in sam.get(f"/orders/{order.id}").one("#parts").text
        answer = reinstate(sam, order)
    assert answer.status == 303
    unlike = {name for name, rows in books(app).items() if rows != before[name]}
    assert unlike == {"emails"}
    assert shop.emails(order)[-1].kind == "order_reinstated"
    assert "This is your order as it goes on" in shop.emails(order)[-1].text
    assert shop.emails(order)[-1].subject == "Cancelled items are back on your order 1001"


def test_two_parts_are_put_back_in_any_order(sam, app, order):
    before = books(app)
    cancel_items(sam, order, {0: 1})
    cancel_items(sam, order, {1: 1})
    for cancellation in ("1", "2"):
        assert sam.post(f"/orders/{order.id}/undo", cancellation=cancellation).status == 303
    assert books(app) == before


def test_a_part_of_which_nothing_was_written_is_not_taken_for_another_that_was_sent(sam, shop, order):
    cancel_items(sam, order, {0: 1})
    cancel_items(sam, order, {1: 1})
    silent, told = shop.all(select(Cancellation).order_by(Cancellation.id))
    shop.change(shop.get(Email, told.email_id), state=EmailState.SENT, sent_at=told.at)
    shop.change(silent, email_id=None)
    page = sam.get(f"/orders/{order.id}")
    offered = page.select(f"main form[action='/orders/{order.id}/undo'] input[name=cancellation]")
    assert [field["value"] for field in offered] == [str(silent.id)]
    assert undo(sam, order).status == 303


def test_nothing_is_put_back_once_the_parcel_is_on_its_way(sam, shop, order):
    cancel_items(sam, order, {0: 1})
    shop.change(order, status=OrderStatus.SHIPPED)
    with later(minutes=2):
        page = sam.get(f"/orders/{order.id}/reinstate")
    assert (page.status, page.refusal) == (409, "Order 1001 has gone on since: it is “Shipped”.")


def test_the_rest_can_be_cancelled_whole_and_what_was_dealt_with_is_not_owed_twice(sam, shop, order, products):
    cancel_items(sam, order, {0: 1}, fee="50")
    first = shop.first(select(Refund)).owed
    cancel(sam, order)
    owed = [refund.owed for refund in shop.all(select(Refund).order_by(Refund.id))]
    assert owed == [first, 141000 - first - 5000]
    assert [shop.on_hand(product) for product in products] == [10, 10]
    items = shop.all(select(CancelledItem).where(CancelledItem.cancellation_id == 2))
    assert [item.quantity for item in items] == [1, 3]
    page = sam.get(f"/orders/{order.id}")
    assert f"Settle ₱{first / 100:,.2f}" in page.text


def test_what_is_owed_for_a_part_is_not_called_refunded_before_it_is(sam, shop):
    order = shop.order(items=[("Adobo set", 1, 30000), ("A gift", 1, 0)], **PAID)
    cancel_items(sam, order, {0: 1})
    page = sam.get(f"/orders/{order.id}/cancel")
    assert "What was paid is dealt with already: owed back, kept or waived. Nothing more is owed back." in page.text
    (refund,) = shop.all(select(Refund))
    page = sam.get(f"/refunds/{refund.id}")
    sam.post(f"/refunds/{refund.id}/settle", **drawn(page, f"/refunds/{refund.id}/settle"))
    assert shop.get(Order, order.id).refunded == 30000
    page = sam.get(f"/orders/{order.id}/cancel")
    assert "All that was paid is refunded already, so nothing is owed back." in page.text


def test_each_refund_is_settled_on_its_own_and_never_more_than_was_paid(sam, shop, order):
    cancel_items(sam, order, {0: 1})
    cancel(sam, order)
    for refund in shop.all(select(Refund)):
        url = f"/refunds/{refund.id}/settle"
        assert sam.post(url, **drawn(sam.get(f"/refunds/{refund.id}"), url)).status == 303
    paid_back = shop.get(Order, order.id)
    assert (paid_back.refunded, paid_back.payment_status) == (141000, PaymentStatus.REFUNDED)


def test_while_all_is_cancelled_no_part_is_put_back(sam, shop, order):
    cancel_items(sam, order, {0: 1})
    cancel(sam, order)
    assert sam.post(f"/orders/{order.id}/undo", cancellation="1").status == 409
    assert sam.post(f"/orders/{order.id}/undo", cancellation="2").status == 303
    assert sam.post(f"/orders/{order.id}/undo", cancellation="1").status == 303


def test_a_part_of_what_is_on_its_way_can_be_undone_as_the_page_promises(sam, app, shop, order):
    shop.change(order, status=OrderStatus.SHIPPED)
    before = books(app)
    cancel_items(sam, order, {0: 1})
    assert undo(sam, order).status == 303
    assert books(app) == before


def test_an_undo_that_comes_too_late_leads_to_that_same_part(sam, order):
    cancel_items(sam, order, {0: 1})
    cancel_items(sam, order, {1: 1})
    with later(minutes=2):
        page = sam.post(f"/orders/{order.id}/undo", cancellation="1")
        [link] = page.select("[data-refusal] ~ * a[href*=reinstate]")
        assert "1 × ADOBO-4" in sam.get(link["href"]).text


def test_while_more_is_owed_no_letter_says_that_nothing_is(sam, shop, order):
    cancel_items(sam, order, {0: 1})
    cancel_items(sam, order, {1: 1})
    for refund, is_last in ((1, False), (2, True)):
        url = f"/refunds/{refund}/settle"
        assert "A part of your order 1001 is cancelled" in sam.get(f"/refunds/{refund}").one("#letter-text").text
        sam.post(url, **drawn(sam.get(f"/refunds/{refund}"), url))
        letter = shop.emails(order)[-1]
        assert "for the cancelled part of order 1001" in letter.text
        assert ("Nothing more is owed" in letter.text) is is_last


def test_nothing_paid_stays_unpaid_however_little_remains(sam, app, shop):
    order = shop.order(items=[("Adobo", 1, 48000), ("Free sample", 1, 0)])
    before = books(app)
    cancel_items(sam, order, {0: 1})
    assert after(shop, order) == (0, 0, 1, PaymentStatus.UNPAID)
    undo(sam, order)
    assert books(app) == before


def test_no_more_is_promised_to_the_stock_than_remains(sam, shop, order, products):
    cancel_items(sam, order, {0: 1, 1: 1}, restock=None)
    page = sam.get(f"/orders/{order.id}/cancel")
    assert "3 items go back into stock" in page.text
    cancel(sam, order)
    assert [shop.on_hand(product) for product in products] == [9, 9]


def test_all_of_it_is_no_part(sam, shop, order):
    page = cancel_items(sam, order, {0: 2, 1: 3}, note="Everything.")
    assert page.status == 422
    assert "That is all of the order" in " ".join(page.errors.values())
    assert page.value("note") == "Everything."
    assert shop.count(Cancellation) == 0


@pytest.mark.parametrize("typed", ["3", "-1", "1.5", "٣", "x", "9" * 30, "1e1"])
def test_more_than_there_is_or_no_number_is_refused_and_kept(sam, shop, order, typed):
    name = f"pieces_{order.items[0].id}"
    url = f"/orders/{order.id}/cancel/items"
    page = sam.post(url, **drawn(sam.get(url), url, **{name: typed}))
    assert (page.status, page.errors) == (422, {name: "Write a whole number from 0 to 2."})
    assert page.value(name) == typed
    assert shop.count(Cancellation) == 0


def test_one_piece_is_ticked_and_several_are_counted(sam, shop):
    order = shop.sold(("BAYONG", 1, 25000), ("OTAP", 3, 15000), **PAID)
    url, name = f"/orders/{order.id}/cancel/items", f"pieces_{order.items[0].id}"
    box, number = sam.get(url).select(".count-rows input")
    assert [(each.get("type"), each["name"]) for each in (box, number)] == [
        ("checkbox", name),
        ("number", f"pieces_{order.items[1].id}"),
    ]
    assert name not in drawn(sam.get(url), url), "what is not ticked is not sent"
    page = sam.post(f"{url}/preview", **drawn(sam.get(url), url, **{name: box["value"]}))
    assert page.one(f"input[name={name}]").has_attr("checked")
    assert sam.post(url, **drawn(page, url)).status == 303
    assert [item.remaining for item in shop.get(Order, order.id).items] == [0, 3]


@pytest.mark.parametrize(("sent", "status"), [("1", 303), ("0", 422), ("", 422), ("2", 422), ("y", 422)])
def test_a_program_sends_for_one_piece_what_it_sends_for_several(sam, shop, sent, status):
    order = shop.order(items=[("Bayong", 1, 25000), ("Otap", 3, 15000)])
    fields = {"version": "1", f"pieces_{order.items[0].id}": sent}
    assert sam.post(f"/orders/{order.id}/cancel/items", **fields).status == status
    assert shop.count(Cancellation) == (status == 303)


@pytest.mark.parametrize("page", ["cancel", "cancel/items"])
def test_the_fee_stands_behind_the_sign_of_the_orders_currency(sam, shop, page):
    order = shop.order(**PAID, currency="USD")
    field = sam.get(f"/orders/{order.id}/{page}").one("input[name=fee]")
    assert words(field.parent) == "$"
    assert f"{field['id']}-sign" in field["aria-describedby"]


def test_nothing_chosen_is_said(sam, shop, order):
    page = cancel_items(sam, order, {0: 0})
    assert page.status == 422
    assert "how many" in " ".join(page.errors.values())
    assert shop.count(Cancellation) == 0


def test_a_reason_that_is_gone_is_said(sam, shop, order):
    url = f"/orders/{order.id}/cancel/items"
    reason = shop.first(select(Reason))
    form = drawn(sam.get(url), url, reason=str(reason.id), **{f"pieces_{order.items[0].id}": "1"})
    shop.change(reason, active=False)
    page = sam.post(url, **form)
    assert (page.status, list(page.errors)) == (422, ["reason"])


def test_an_item_of_another_order_is_none_of_this_one(sam, shop, order):
    other = shop.order(items=[("Other", 5, 100)])
    url = f"/orders/{order.id}/cancel/items"
    fields = {f"pieces_{order.items[0].id}": "1", f"pieces_{other.items[0].id}": "1"}
    assert sam.post(url, **drawn(sam.get(url), url), **{f"pieces_{other.items[0].id}": "1"}).status == 422
    assert sam.post(url, **drawn(sam.get(url), url, **fields)).status == 303
    assert [item.cancelled for item in shop.get(Order, other.id).items] == [0]


def test_a_second_click_cancels_no_second_piece(sam, shop, order):
    url = f"/orders/{order.id}/cancel/items"
    form = drawn(sam.get(url), url, **{f"pieces_{order.items[0].id}": "1"})
    assert [sam.post(url, **form).status for _ in range(2)] == [303, 303]
    assert shop.count(Cancellation) == 1
    assert len(shop.emails(order)) == 1


def test_the_same_page_with_other_pieces_is_not_taken_for_the_first_answer(sam, shop, order):
    url = f"/orders/{order.id}/cancel/items"
    form = drawn(sam.get(url), url, **{f"pieces_{order.items[0].id}": "1"})
    sam.post(url, **form)
    page = sam.post(url, **{**form, f"pieces_{order.items[0].id}": "", f"pieces_{order.items[1].id}": "1"})
    assert page.status == 409
    assert shop.count(Cancellation) == 1


def test_an_order_that_changed_meanwhile_is_looked_at_again(sam, shop, order):
    url = f"/orders/{order.id}/cancel/items"
    form = drawn(sam.get(url), url, **{f"pieces_{order.items[0].id}": "1"}, note="The freezer broke.")
    shop.change(order, address="Another street")
    page = sam.post(url, **form)
    assert (page.status, "was changed while you had this page open" in page.refusal) == (409, True)
    assert (page.value("note"), page.value(f"pieces_{order.items[0].id}")) == ("The freezer broke.", "1")
    assert sam.post(url, **drawn(page, url)).status == 303


@pytest.mark.parametrize("status", ["completed", "returned", "declined", "cancelled"])
def test_of_an_order_that_has_ended_no_part_is_cancelled(sam, shop, status):
    order = shop.order(status=OrderStatus(status))
    assert sam.get(f"/orders/{order.id}/cancel/items").status == 409
    assert (
        sam.post(f"/orders/{order.id}/cancel/items", version="1", **{f"pieces_{order.items[0].id}": "1"}).status == 409
    )
    assert shop.get(OrderItem, order.items[0].id).cancelled == 0


def test_what_a_courier_holds_is_cancelled_by_support_and_not_in_parts(sam, shop):
    order = shop.booked_order()
    page = sam.get(f"/orders/{order.id}/cancel/items")
    assert (page.status, "only support can cancel it" in page.refusal) == (409, True)
    page = sam.post(f"/orders/{order.id}/cancel/items", version="1", **{f"pieces_{order.items[0].id}": "1"})
    assert page.status == 409
    assert "Cancel some of the items" not in sam.get(f"/orders/{order.id}").text


def test_strangers_cancel_no_part(mallory, uma, order):
    url = f"/orders/{order.id}/cancel/items"
    assert (mallory.get(url).status, uma.get(url).status) == (303, 403)


def test_an_imported_order_puts_nothing_back(sam, shop, products):
    order = shop.order(items=[("ADOBO-4", 2, 48000)], placed_at=A_MORNING)
    cancel_items(sam, order, {0: 1})
    assert [shop.on_hand(product) for product in products] == [10, 10]


def test_the_file_of_orders_has_what_remains(sam, shop, order):
    cancel_items(sam, order, {0: 2, 1: 1})
    lines = sam.client.get("/orders/export.csv").text.splitlines()
    total = f"{shop.get(Order, order.id).total / 100:.2f}"
    assert len(lines) == 2
    assert ",OTAP,2,150.00" in lines[1]
    assert f",{total}," in lines[1]


@pytest.mark.parametrize(("item", "many"), [(0, "2"), (0, "3"), (1, "1")])
def test_a_second_click_is_read_as_the_first_was_though_fewer_remain(sam, shop, item, many):
    order = shop.order(items=(("Adobo set", 3, 48000), ("Otap", 1, 10000)))
    url = f"/orders/{order.id}/cancel/items"
    form = drawn(sam.get(url), url, **{f"pieces_{order.items[item].id}": many})
    assert [sam.post(url, **form).status for _ in range(3)] == [303, 303, 303]
    assert sum(each.cancelled for each in shop.get(Order, order.id).items) == int(many)
