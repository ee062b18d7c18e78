"""Switching on that unpaid orders are reminded and cancelled, and off again."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints import clock
from models import Alert, Event, Order, OrderSource, PaymentMethod, Reason, Store, writing
from tests.people import signed_in
from tests.shop import A_MORNING

URL = "/settings/unpaid"
ON = {"cancel_unpaid": "y", "unpaid_hours": "72", "unpaid_notice_hours": "24", "unpaid_note": "Sorry po."}


def stands(shop):
    store = shop.get(Store, 1)
    return store.unpaid_hours, store.unpaid_notice_hours, store.unpaid_note, store.unpaid_reason_id


def test_it_is_off_and_the_page_proposes_what_is_usual_in_kind_words(olive, shop):
    page = olive.get(URL)
    assert not page.one("input[name=cancel_unpaid]").has_attr("checked")
    assert (page.value("unpaid_hours"), page.value("unpaid_notice_hours")) == ("72", "24")
    assert "you are always welcome" in page.value("unpaid_note")
    assert "Off: they wait until you decide" in olive.get("/settings/").text
    assert stands(shop) == (None, 24, "", None)


def test_the_words_are_proposed_in_the_language_of_the_store(olive, shop):
    shop.change(shop.get(Store, 1), language="fil")
    assert "always welcome" not in olive.get(URL).value("unpaid_note")


def test_the_owner_switches_it_on_from_now_on(shop, app):
    reason = shop.first(select(Reason))
    shop.order(payment_method=PaymentMethod.GCASH)
    shop.order(payment_method=PaymentMethod.COD)
    with time_machine.travel(A_MORNING + timedelta(hours=1), tick=False) as travel:
        olive = signed_in(app, "olive")
        assert "1 order waits to be paid now, and stays as it is." in olive.get(URL).text
        page = olive.follow(olive.post(URL, **ON, unpaid_reason_id=str(reason.id)))
        assert "Cancelled after 3 days, with a reminder before" in page.text
        assert stands(shop) == (72, 24, "Sorry po.", reason.id)
        since = shop.get(Store, 1).unpaid_since
        assert since == clock.now()
        travel.shift(60)
        olive.post(URL, **ON | {"unpaid_hours": "48"})
        assert (shop.get(Store, 1).unpaid_since, shop.get(Store, 1).unpaid_hours) == (since, 48)
        for source in (OrderSource.FORM, OrderSource.SHOPIFY):
            shop.order(payment_method=PaymentMethod.GCASH, placed_at=clock.now(), source=source)
        page = olive.get(URL)
        assert "It is on since Friday 20 November 2026" in page.text
        assert "1 order that was placed since waits to be paid." in page.text
        olive.post(URL, **ON | {"cancel_unpaid": ""})
        assert shop.get(Store, 1).unpaid_since is None
        olive.post(URL, **ON)
        assert shop.get(Store, 1).unpaid_since == since + timedelta(minutes=1)
    codes = [event.code for event in shop.all(select(Event))]
    assert codes == 4 * ["settings.changed.unpaid"]
    assert shop.first(select(Order)).version == 1


WRONG = [
    ({"unpaid_hours": "1"}, ["unpaid_hours"]),
    ({"unpaid_hours": "2161"}, ["unpaid_hours"]),
    ({"unpaid_hours": ""}, ["unpaid_hours"]),
    ({"unpaid_hours": "7.5"}, ["unpaid_hours"]),
    ({"unpaid_hours": "9" * 40}, ["unpaid_hours"]),
    ({"unpaid_notice_hours": "0"}, ["unpaid_notice_hours"]),
    ({"unpaid_notice_hours": "721", "unpaid_hours": "2000"}, ["unpaid_notice_hours"]),
    ({"unpaid_notice_hours": ""}, ["unpaid_notice_hours"]),
    ({"unpaid_notice_hours": "72"}, ["unpaid_notice_hours"]),
    ({"unpaid_note": "x" * 1001}, ["unpaid_note"]),
    ({"unpaid_reason_id": "999"}, ["unpaid_reason_id"]),
    ({"unpaid_reason_id": "x"}, ["unpaid_reason_id"]),
]


def test_what_can_not_be_is_refused_and_kept_on_the_page(olive, shop):
    for wrong, fields in WRONG:
        page = olive.post(URL, **ON | wrong)
        assert (page.status, list(page.errors)) == (422, fields), wrong
        for name, typed in (ON | wrong).items():
            if name.startswith(("unpaid_hours", "unpaid_notice", "unpaid_note")):
                assert page.value(name) == typed
        assert page.one("input[name=cancel_unpaid]").has_attr("checked")
    assert (stands(shop), shop.count(Event)) == ((None, 24, "", None), 0)


@pytest.mark.parametrize(("hours", "notice"), [("2", "1"), ("2160", "720")])
def test_the_bounds_themselves_are_fine(olive, shop, hours, notice):
    assert olive.post(URL, **ON | {"unpaid_hours": hours, "unpaid_notice_hours": notice}).status == 303
    assert stands(shop)[:2] == (int(hours), int(notice))


def test_switching_it_off_is_possible_whatever_stands_in_the_hours(olive, shop):
    olive.post(URL, **ON)
    assert olive.post(URL, unpaid_hours="x", unpaid_notice_hours="9999", unpaid_note="Kept.").status == 303
    assert stands(shop) == (None, 24, "Kept.", None)


def test_when_nobody_can_be_reminded_the_page_says_so(app, olive):
    assert "No customer can be reminded now" not in olive.get(URL).text
    with app.app_context(), writing() as session:
        session.add(Alert(kind="payment_reminder", on=False))
    assert "because this email alert is off in Settings. So no order is cancelled by itself." in olive.get(URL).text


def test_staff_do_not_set_it(sam, shop):
    assert [sam.get(URL).status, sam.post(URL, **ON).status] == [403, 403]
    assert stands(shop) == (None, 24, "", None)
