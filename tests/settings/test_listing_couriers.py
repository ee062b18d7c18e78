"""The list of couriers, and the mark of those that only support can cancel with."""

import pytest
from sqlalchemy import select

from models import Courier, Event, Order


def courier(shop, name):
    return shop.first(select(Courier).where(Courier.name == name))


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "x" * 100_000])
def test_a_name_that_can_not_be_is_refused_and_kept(olive, shop, name):
    page = olive.post("/settings/couriers/add", name=name, integrated="y")
    assert page.status == 422
    assert list(page.errors) == ["name"]
    assert page.value("name") == name.strip()
    assert page.one("input[name=integrated]").has_attr("checked")
    assert shop.count(Courier) == 3


@pytest.mark.parametrize("name", ["Lalamove", "  LALAMOVE ", "Lálamove"])
def test_the_same_courier_is_not_listed_twice(olive, shop, name):
    page = olive.post("/settings/couriers/add", name=name)
    assert page.status == 409
    assert page.errors == {"name": "“Lalamove” is on the list already."}
    assert shop.count(Courier) == 3


def test_renaming_to_a_name_that_is_taken_is_refused(olive, shop):
    page = olive.post(f"/settings/couriers/{courier(shop, 'Own rider').id}", name="lalamove")
    assert page.status == 409
    assert page.value("name") == "lalamove"
    assert courier(shop, "Own rider")


def test_one_that_was_taken_off_is_to_be_put_back_instead(olive, shop):
    olive.post(f"/settings/couriers/{courier(shop, 'Lalamove').id}/off")
    page = olive.post("/settings/couriers/add", name="Lalamove")
    assert page.errors == {"name": "“Lalamove” was taken off the list. Put it back instead."}


def test_a_courier_is_added(olive, shop):
    page = olive.follow(olive.post("/settings/couriers/add", name="Ninja <b>Van</b>", integrated="y"))
    assert "Ninja <b>Van</b> is on the list now." in page.messages
    assert courier(shop, "Ninja <b>Van</b>").integrated


def test_a_courier_is_renamed_without_losing_its_mark(olive, shop):
    olive.post(f"/settings/couriers/{courier(shop, 'J&T Express').id}", name="J&T", integrated="y")
    assert courier(shop, "J&T").integrated


def test_capitals_of_its_own_name_can_be_changed(olive, shop):
    assert olive.post(f"/settings/couriers/{courier(shop, 'Own rider').id}", name="Own Rider").status == 303


def test_unticking_integrated_frees_no_booking(olive, shop):
    order = shop.booked_order()
    olive.post(f"/settings/couriers/{order.courier_id}", name="J&T Express")
    assert not courier(shop, "J&T Express").integrated
    assert shop.get(Order, order.id).only_support_can_cancel


def test_a_courier_off_the_list_stays_with_its_orders_and_comes_back(olive, shop):
    order = shop.booked_order("Lalamove")
    page = olive.follow(olive.post(f"/settings/couriers/{order.courier_id}/off"))
    assert [row.get_text(strip=True) for row in page.select("#off .list-main")] == ["Lalamove"]
    assert shop.get(Order, order.id).courier.name == "Lalamove"
    olive.post(f"/settings/couriers/{order.courier_id}/on")
    assert courier(shop, "Lalamove").active


def test_each_change_leaves_one_event_and_none_leaves_none(olive, shop):
    lalamove = courier(shop, "Lalamove")
    olive.post(f"/settings/couriers/{lalamove.id}", name="Lalamove")
    olive.post(f"/settings/couriers/{lalamove.id}/on")
    assert shop.count(Event) == 0
    olive.post(f"/settings/couriers/{lalamove.id}", name="Lala")
    olive.post(f"/settings/couriers/{lalamove.id}/off")
    assert [event.code for event in shop.all(select(Event))] == ["settings.changed.couriers"] * 2
