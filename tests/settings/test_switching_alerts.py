"""Switching on and off what customers are mailed about."""

from sqlalchemy import select

from models import Alert, CustomerAlert, Event, OrderStatus, Store
from models.email import kind_of

ALL = [kind.value for kind in CustomerAlert]


def ticked(page):
    return [str(box["value"]) for box in page.select("input[name=kinds][checked]")]


def test_each_email_that_a_customer_can_get_has_its_switch(olive):
    statuses = {kind_of(status) for status in OrderStatus if status is not OrderStatus.PENDING}
    others = {"refund_settled", "order_part_cancelled", "order_reinstated", "payment_reminder"}
    assert statuses | others == set(ALL)
    boxes = [box["value"] for box in olive.get("/settings/alerts").select("input[name=kinds]")]
    assert boxes == ALL


def test_in_a_new_store_everything_is_on(olive):
    page = olive.get("/settings/alerts")
    assert ticked(page) == ALL
    assert page.one("input[name=alerts_on]").has_attr("checked")


def test_one_kind_is_switched_off_and_on_again(olive, shop):
    others = [kind for kind in ALL if kind != "order_shipped"]
    olive.post("/settings/alerts", alerts_on="y", kinds=others)
    assert shop.get(Alert, "order_shipped").on is False
    assert ticked(olive.get("/settings/alerts")) == others
    olive.post("/settings/alerts", alerts_on="y", kinds=ALL)
    assert ticked(olive.get("/settings/alerts")) == ALL


def test_the_switch_for_all_leaves_the_others_as_they_are(olive, shop):
    olive.post("/settings/alerts", kinds=["order_cancelled"])
    assert shop.get(Store, 1).alerts_on is False
    assert ticked(olive.get("/settings/alerts")) == ["order_cancelled"]
    assert "Off: customers are told nothing" in olive.get("/settings/").text


def test_a_kind_that_nobody_knows_is_not_kept(olive, shop):
    olive.post("/settings/alerts", alerts_on="y", kinds=[*ALL, "order_<script>", "x" * 100_000])
    assert shop.count(Alert) == len(ALL)


def test_saving_without_a_change_leaves_no_event(olive, shop):
    olive.post("/settings/alerts", alerts_on="y", kinds=ALL)
    assert shop.count(Event) == 0
    olive.post("/settings/alerts", alerts_on="y", kinds=[])
    olive.post("/settings/alerts", alerts_on="y", kinds=[])
    assert [event.code for event in shop.all(select(Event))] == ["settings.changed.alerts"]


def test_the_switches_change_nothing_else_of_the_store(olive, shop):
    olive.post("/settings/alerts", alerts_on="", name="Mallory’s", currency="USD")
    store = shop.get(Store, 1)
    assert (store.name, store.currency) == ("Aling Nena’s", "PHP")
