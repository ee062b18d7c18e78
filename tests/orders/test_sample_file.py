"""Whoever keeps orders in a notebook starts from a file of Suki's own columns, and it comes in as it is."""

import pytest

from blueprints.orders.reading_suki import COLUMNS, REQUIRED
from models import OrderStatus, PaymentMethod, PaymentStatus, Store
from tests.orders.files import bring_in, counts, orders_in, send

SAMPLE = "/orders/import/sample.csv"


def test_the_sample_comes_in_as_it_is(olive, shop):
    page = olive.get("/orders/import")
    assert page.one(f'a[href="{SAMPLE}"]').has_attr("download")
    sample = olive.client.get(SAMPLE).data
    assert send(olive, sample).h1 == "Import 2 orders?"
    assert counts(shop) == {"new": 2, "without_email": 1}
    bring_in(olive, sample)
    first, second = orders_in(shop)
    assert [(item.name, item.quantity) for item in first.items] == [("Adobo set", 2), ("Calamansi juice", 1)]
    assert (first.total, first.payment_status, first.shipping, first.discount) == (115000, PaymentStatus.UNPAID, 0, 0)
    assert (second.total, second.payment_status, second.payment_method) == (
        48000,
        PaymentStatus.PAID,
        PaymentMethod.GCASH,
    )


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_it_has_amounts_as_the_store_s_currency_is_written(olive, shop, currency):
    shop.change(shop.get(Store, 1), currency=currency)
    bring_in(olive, olive.client.get(SAMPLE).data)
    assert [order.currency for order in orders_in(shop)] == [currency, currency]


def test_support_and_strangers_get_none(uma, mallory):
    assert uma.get(SAMPLE).status == 403
    assert mallory.get(SAMPLE).location == "/login"


def test_the_guide_names_the_columns_and_words_that_are_read(olive):
    said = {code.get_text() for code in olive.get("/help/bring-your-orders-in").select("main code")}
    words = {str(word.value) for kind in (OrderStatus, PaymentStatus, PaymentMethod) for word in kind}
    assert said == set(COLUMNS) | words | {"2026-11-21 16:12"}
    assert set(REQUIRED) <= said
