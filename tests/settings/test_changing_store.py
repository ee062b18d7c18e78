"""Changing the store's name, contact, currency, time zone and language."""

import pytest
from sqlalchemy import select

from models import Event, Store
from tests.orders.files import SHOPIFY, a_file, send


def typed(**changes):
    return {
        "name": "Nena’s Adobo",
        "email": "nena@example.com",
        "phone": "0917 000 0000",
        "currency": "PHP",
        "timezone": "Asia/Manila",
        "language": "en",
    } | changes


@pytest.mark.parametrize(
    ("field", "wrong", "sentence"),
    [
        ("name", "", "Enter the name of your store."),
        ("name", " \u200b \u202e ", "Enter the name of your store."),
        ("name", "x" * 100_000, "This is 100,000 characters long; at most 100 fit."),
        ("email", "nena at example", "Write an email address such as maria@example.com."),
        ("email", "a@example.com, b@example.com", "Write an email address such as maria@example.com."),
        ("email", "ñena@example.com", "Write an email address such as maria@example.com."),
        ("phone", "9" * 41, "This is 41 characters long; at most 40 fit."),
        ("currency", "ZZZ", "Choose a currency from the list."),
        ("currency", "", "Choose a currency from the list."),
        ("timezone", "Mars/Olympus", "Choose a time zone from the list."),
        ("timezone", "../../etc/passwd", "Choose a time zone from the list."),
        ("language", "de", "Choose English or Filipino."),
    ],
)
def test_what_can_not_be_is_refused_beside_its_field(olive, shop, field, wrong, sentence):
    page = olive.post("/settings/store", **typed(**{field: wrong}))
    assert page.status == 422
    assert page.errors == {field: sentence}
    assert shop.get(Store, 1).name == "Aling Nena’s"


def test_what_was_typed_is_kept(olive):
    page = olive.post("/settings/store", **typed(email="nena at example", timezone="Asia/Tokyo", language="fil"))
    assert page.value("email") == "nena at example"
    assert (page.value("name"), page.value("timezone"), page.value("language")) == ("Nena’s Adobo", "Asia/Tokyo", "fil")


def test_a_line_break_makes_no_second_line_of_the_name(olive, shop):
    olive.post("/settings/store", **typed(name="Nena’s\r\nBcc: everybody@example.com\0"))
    assert shop.get(Store, 1).name == "Nena’s Bcc: everybody@example.com"


def test_the_owner_changes_the_store(olive, shop):
    page = olive.follow(olive.post("/settings/store", **typed(timezone="Asia/Tokyo")))
    assert "Nena’s Adobo" in page.text
    store = shop.get(Store, 1)
    assert (store.name, store.email, store.timezone) == ("Nena’s Adobo", "nena@example.com", "Asia/Tokyo")
    assert (store.support_name, store.alerts_on) == ("Suki Support", True)


def test_fields_that_are_not_on_the_form_move_nothing(olive, shop):
    olive.post("/settings/store", **typed(), alerts_on="", is_demo="y", support_name="Mallory", id="2")
    store = shop.get(Store, 1)
    assert (store.is_demo, store.alerts_on, store.support_name) == (False, True, "Suki Support")


def test_an_address_and_a_phone_can_be_taken_away(olive, shop):
    olive.post("/settings/store", **typed())
    olive.post("/settings/store", **typed(email="", phone=""))
    assert (shop.get(Store, 1).email, shop.get(Store, 1).phone) == (None, None)


def test_a_change_leaves_one_event_without_its_words(olive, shop):
    olive.post("/settings/store", **typed())
    olive.post("/settings/store", **typed())
    (event,) = shop.all(select(Event))
    assert (event.code, event.user_id is not None) == ("settings.changed.store", True)


def test_another_currency_is_for_new_orders(olive, shop):
    order = shop.order()
    page = olive.follow(olive.post("/settings/store", **typed(currency="SGD")))
    assert "Orders that are here already keep their currency; new ones use SGD." in page.messages
    assert shop.get(type(order), order.id).currency == "PHP"


@pytest.mark.parametrize(("column", "value"), [("timezone", "Singapore"), ("currency", "DEM")])
def test_what_the_store_has_now_can_always_be_kept(olive, shop, column, value):
    shop.change(shop.get(Store, 1), **{column: value})
    page = olive.get("/settings/store")
    assert page.value(column) == value
    assert olive.post("/settings/store", **typed(**{column: value})).status == 303


def test_the_language_of_the_pages_changes(olive, sam, mallory):
    page = olive.follow(olive.post("/settings/store", **typed(language="fil")))
    languages = [shown.soup.html["lang"] for shown in (page, sam.get("/help/"), mallory.get("/login"))]
    assert languages == ["fil", "fil", "fil"]
    page = olive.follow(olive.post("/settings/store", **typed(language="en")))
    assert page.soup.html["lang"] == "en"


@pytest.mark.parametrize("language", ["en", "fil"])
def test_names_of_markup_stay_text(olive, language):
    page = olive.follow(olive.post("/settings/store", **typed(name="<script>alert(1)</script>", language=language)))
    assert "<script>alert(1)</script>" in page.text


@pytest.mark.parametrize("changed", [{"currency": "USD"}, {"timezone": "America/New_York"}])
def test_while_a_file_waits_its_orders_come_in_as_they_were_shown(olive, shop, changed):
    path = send(olive, a_file(SHOPIFY)).response.request.path
    page = olive.post("/settings/store", **typed(**changed))
    assert (page.status, "a file of orders was checked with them" in page.text) == (409, True)
    kept = shop.first(select(Store))
    assert (kept.currency, kept.timezone) == ("PHP", "Asia/Manila")
    assert olive.post("/settings/store", **typed(name="Aling Nena")).status == 303, "all else can be changed"
    olive.post(f"{path}/discard")
    assert olive.post("/settings/store", **typed(**changed)).status == 303
