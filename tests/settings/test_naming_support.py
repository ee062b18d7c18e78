"""Support's name and address."""

import pytest

from models import Event, Store


@pytest.mark.parametrize(
    ("field", "wrong"), [("name", ""), ("name", "x" * 101), ("email", "nobody"), ("email", "x" * 100_000 + "@a.com")]
)
def test_what_can_not_be_is_refused_and_kept_on_the_page(olive, shop, field, wrong):
    page = olive.post("/settings/support", **{"name": "Suki Support", "email": "", field: wrong})
    assert page.status == 422
    assert list(page.errors) == [field]
    assert page.value(field) == wrong
    assert shop.count(Event) == 0


def test_the_owner_names_support_and_the_rest_of_the_store_stays(olive, shop):
    page = olive.post("/settings/support", name="Tulong", email="tulong@example.com")
    assert "Tulong · tulong@example.com" in olive.follow(page).text
    store = shop.get(Store, 1)
    assert (store.support_name, store.support_email, store.name) == ("Tulong", "tulong@example.com", "Aling Nena’s")


def test_support_may_have_no_address(olive, shop):
    olive.post("/settings/support", name="Tulong", email="tulong@example.com")
    olive.post("/settings/support", name="Tulong", email="")
    assert shop.get(Store, 1).support_email is None
