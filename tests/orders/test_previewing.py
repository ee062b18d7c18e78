"""The customer's email, read before anything is saved."""

import pytest

from models import Note, Order, OrderStatus, PaymentMethod, PaymentStatus
from tests.orders.deciding import cancel, drawn

NOTE = "Sold out, sorry.\nWe pay you back today."


def preview(page):
    return page.one("#preview .mail-body").get_text().strip()


def preview_of_cancel(visitor, order, **typed):
    url = f"/orders/{order.id}/cancel"
    return visitor.post(f"{url}/preview", **drawn(visitor.get(url), url, **typed))


def test_the_preview_is_the_email_to_the_letter(sam, shop):
    order = shop.order(payment_status=PaymentStatus.PAID, payment_method=PaymentMethod.GCASH)
    page = preview_of_cancel(sam, order, note=NOTE)
    assert page.status == 200
    cancel(sam, order, note=NOTE)
    (email,) = shop.emails(order)
    assert preview(page) == email.text.strip()
    assert email.subject in page.one("#preview .mail-head").get_text()
    assert "maria@example.com" in page.one("#preview .mail-head").get_text()


def test_reading_it_changes_nothing_and_keeps_what_was_typed(sam, shop):
    order = shop.order()
    page = preview_of_cancel(sam, order, note=NOTE, internal_note="Shelf was empty.", reason="2", restock=None)
    assert page.value("note") == NOTE
    assert (page.value("internal_note"), page.value("reason")) == ("Shelf was empty.", "2")
    assert not page.one("input[name=restock]").has_attr("checked")
    assert "Shelf was empty." not in preview(page)
    assert (shop.events(order), shop.emails(order), shop.count(Note)) == ([], [], 0)
    assert shop.get(Order, order.id).status is OrderStatus.PENDING


def test_the_form_can_be_saved_from_its_preview(sam, shop):
    order = shop.order()
    url = f"/orders/{order.id}/cancel"
    page = preview_of_cancel(sam, order, note=NOTE)
    assert sam.post(url, **drawn(page, url)).status == 303
    assert NOTE in shop.emails(order)[0].text


def test_a_note_that_is_too_long_has_no_preview_but_an_error(sam, shop):
    page = preview_of_cancel(sam, shop.order(), note="x" * 1001)
    assert (page.status, list(page.errors), page.select("#preview")) == (422, ["note"], [])


def test_what_cannot_be_cancelled_has_no_preview_but_a_refusal(sam, shop):
    page = sam.post(f"/orders/{shop.booked_order().id}/cancel/preview", note=NOTE, version="1")
    assert (page.status, page.select("#preview")) == (409, [])
    assert page.value("note") == NOTE


@pytest.mark.parametrize("status", ["accepted", "shipped", "cancelled"])
def test_the_status_area_shows_the_email_of_the_chosen_status(sam, shop, status):
    order = shop.order()
    url = f"/orders/{order.id}/status"
    page = sam.post(f"{url}/preview", **drawn(sam.get(f"/orders/{order.id}"), url, status=status, note=NOTE))
    assert (page.status, page.value("status"), page.value("note")) == (200, status, NOTE)
    assert shop.emails(order) == []
    sam.post(url, **drawn(page, url))
    assert preview(page) == shop.emails(order)[0].text.strip()


def test_without_another_status_there_is_no_email_to_show(sam, shop):
    order = shop.order()
    url = f"/orders/{order.id}/status"
    page = sam.post(f"{url}/preview", **drawn(sam.get(f"/orders/{order.id}"), url))
    assert (page.status, list(page.errors)) == (422, ["status"])


def test_a_preview_does_not_make_a_stale_page_fresh(olive, sam, shop):
    order = shop.order()
    form = drawn(olive.get(f"/orders/{order.id}/cancel"), f"/orders/{order.id}/cancel", note=NOTE)
    sam.post(f"/orders/{order.id}/status", status="accepted", version="1")
    assert olive.post(f"/orders/{order.id}/cancel/preview", **form).value("version") == "1"
