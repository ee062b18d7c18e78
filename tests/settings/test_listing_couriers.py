"""The list of couriers, and the mark of those that only support can cancel with."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

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


TRACKED = "https://track.example.com/parcel?no={waybill}&lang=en"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("track.example.com/{waybill}", "Write the whole address"),
        ("javascript:alert('{waybill}')", "Write the whole address"),
        ("ftp://example.com/{waybill}", "Write the whole address"),
        ("https:///{waybill}", "Write the whole address"),
        ("https://[::1/{waybill}", "Write the whole address"),
        ("https://me:secret@example.com/{waybill}", "Write the whole address"),
        ("https://example.com\\@evil.example/{waybill}", "Write the whole address"),
        ("https://example.com/JT0912345678", "Write {waybill} once"),
        ("https://example.com/{WAYBILL}", "Write {waybill} once"),
        ("https://example.com/{waybill}/{waybill}", "Write {waybill} once"),
        ("https://{waybill}.example.com/", "Write {waybill} after the name of the site"),
        ("https://example.com{waybill}", "Write {waybill} after the name of the site"),
        ("https://example.com/{waybill}" + "x" * 300, "300"),
    ],
)
@pytest.mark.parametrize("where", ["add", "2"])
def test_a_tracking_page_that_can_not_be_is_refused_and_kept(olive, shop, where, address, says):
    page = olive.post(f"/settings/couriers/{where}", name="Ninja Van", tracking_url=address)
    assert (page.status, list(page.errors)) == (422, ["tracking_url"])
    assert says in page.errors["tracking_url"]
    assert page.value("tracking_url") == address
    assert [found.tracking_url for found in shop.all(select(Courier))] == [None] * 3


def test_a_courier_is_given_its_tracking_page_and_loses_it(olive, shop):
    olive.post("/settings/couriers/add", name="Ninja Van", tracking_url=f"  {TRACKED} ")
    ninja = courier(shop, "Ninja Van")
    assert ninja.tracking_url == TRACKED
    url = f"/settings/couriers/{ninja.id}"
    assert olive.get(url).value("tracking_url") == TRACKED
    for _ in range(2):
        olive.post(url, name="Ninja Van", tracking_url="")
    assert courier(shop, "Ninja Van").tracking_url is None
    assert shop.count(Event) == 2


@pytest.mark.parametrize("address", ["example.com/{waybill}", "https://example.com/", "https://a.b/{waybill}{waybill}"])
def test_the_database_takes_no_other_either(shop, address):
    with pytest.raises(IntegrityError):
        shop.change(courier(shop, "Lalamove"), tracking_url=address)


def test_a_waybill_leads_to_its_courier_and_never_elsewhere(olive, sam, shop):
    lalamove = courier(shop, "Lalamove")
    plain, odd = shop.booked_order("Lalamove"), shop.booked_order("Lalamove")
    shop.change(odd, waybill='1/../@evil.example?<b>"&')
    assert not sam.get(f"/orders/{plain.id}").select("#courier dd a")
    olive.post(f"/settings/couriers/{lalamove.id}", name="Lalamove", tracking_url=TRACKED)
    link = sam.get(f"/orders/{plain.id}").one("#courier dd a")
    assert (link["href"], link.get_text()) == (TRACKED.replace("{waybill}", "JT0912345678"), "JT0912345678")
    assert link["rel"] == ["noopener", "noreferrer"]
    link = sam.get(f"/orders/{odd.id}").one("#courier dd a")
    assert link["href"] == TRACKED.replace("{waybill}", "1%2F..%2F%40evil.example%3F%3Cb%3E%22%26")
    shop.change(plain, waybill="")
    assert not sam.get(f"/orders/{plain.id}").select("#courier dd a")
