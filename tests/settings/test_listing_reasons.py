"""The reasons for a cancel: their words, and the order in which they are offered."""

import pytest
from sqlalchemy import select

from models import Event, Reason


def labels(shop):
    return [reason.label for reason in shop.all(select(Reason).where(Reason.active).order_by(Reason.rank))]


def reason(shop, label):
    return shop.first(select(Reason).where(Reason.label == label))


@pytest.mark.parametrize("label", ["", " \t ", "x" * 61, "x" * 100_000])
def test_a_reason_that_can_not_be_is_refused_and_kept(olive, shop, label):
    page = olive.post("/settings/reasons/add", label=label)
    assert page.status == 422
    assert list(page.errors) == ["label"]
    assert page.value("label") == label.strip()
    assert len(labels(shop)) == 5


def test_the_same_reason_is_not_listed_twice(olive, shop):
    page = olive.post("/settings/reasons/add", label="OUT OF STOCK")
    assert page.status == 409
    assert page.errors == {"label": "“Out of stock” is on the list already."}


def test_renaming_to_one_that_is_there_is_refused(olive, shop):
    page = olive.post(f"/settings/reasons/{reason(shop, 'Other').id}", label="Wrong address")
    assert page.status == 409
    assert page.value("label") == "Wrong address"


def test_a_new_reason_comes_last(olive, shop):
    olive.post("/settings/reasons/add", label="Typhoon")
    assert labels(shop)[-1] == "Typhoon"


def test_a_reason_is_renamed_in_its_place(olive, shop):
    olive.post(f"/settings/reasons/{reason(shop, 'Out of stock').id}", label="Sold out")
    assert labels(shop)[1] == "Sold out"


def test_a_reason_moves_up_and_down(olive, shop):
    before = labels(shop)
    olive.post(f"/settings/reasons/{reason(shop, 'Out of stock').id}/up")
    assert labels(shop) == ["Out of stock", "Customer changed their mind", *before[2:]]
    olive.post(f"/settings/reasons/{reason(shop, 'Out of stock').id}/down")
    assert labels(shop) == before


@pytest.mark.parametrize(("label", "way"), [("Customer changed their mind", "up"), ("Other", "down")])
def test_at_the_end_nothing_moves(olive, shop, label, way):
    before = labels(shop)
    assert olive.post(f"/settings/reasons/{reason(shop, label).id}/{way}").status == 303
    assert labels(shop) == before
    assert shop.count(Event) == 0


def test_what_is_off_the_list_is_skipped_when_another_moves(olive, shop):
    olive.post(f"/settings/reasons/{reason(shop, 'Wrong address').id}/off")
    olive.post(f"/settings/reasons/{reason(shop, 'Suspected fraud').id}/up")
    assert labels(shop) == ["Customer changed their mind", "Suspected fraud", "Out of stock", "Other"]
    olive.post(f"/settings/reasons/{reason(shop, 'Wrong address').id}/up")
    assert labels(shop) == ["Customer changed their mind", "Suspected fraud", "Out of stock", "Other"]


def test_what_is_put_back_comes_last(olive, shop):
    olive.post(f"/settings/reasons/{reason(shop, 'Out of stock').id}/off")
    olive.post(f"/settings/reasons/{reason(shop, 'Out of stock').id}/on")
    assert labels(shop)[-1] == "Out of stock"


def test_the_last_reason_can_go_too(olive, shop):
    for label in labels(shop):
        olive.post(f"/settings/reasons/{reason(shop, label).id}/off")
    assert "No reason is on the list" in olive.get("/settings/reasons").text


def test_a_change_leaves_an_event(olive, shop):
    olive.post("/settings/reasons/add", label="Typhoon")
    assert [event.code for event in shop.all(select(Event))] == ["settings.changed.reasons"]
