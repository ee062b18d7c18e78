"""Whether customers may ask for a cancel, and until when."""

import pytest
from sqlalchemy import select

from blueprints.orders.telling import customer_email
from models import Event, OrderStatus, Store
from tests.conftest import make_app
from tests.people import signed_in
from tests.shop import Shop
from tests.storing import copy_shop


def test_they_may_until_processing_unless_it_says_otherwise(olive):
    page = olive.get("/settings/requests")
    assert page.one("#may_ask").has_attr("checked")
    assert page.value("until") == "processing"
    assert "up to “Processing”" in olive.get("/settings/").text


def test_the_owner_says_how_far_an_order_may_be(olive, shop):
    page = olive.follow(olive.post("/settings/requests", may_ask="y", until="shipped"))
    assert "up to “Shipped”" in page.text
    assert shop.get(Store, 1).ask_until is OrderStatus.SHIPPED
    olive.post("/settings/requests", may_ask="y", until="shipped")
    assert [event.code for event in shop.all(select(Event))] == ["settings.changed.requests"]


def test_the_owner_switches_it_off(olive, shop):
    page = olive.follow(olive.post("/settings/requests", until="processing"))
    assert "customers can’t ask to cancel" in page.text
    assert not shop.get(Store, 1).customers_may_ask
    assert not olive.get("/settings/requests").select("a[href='/ask']")


@pytest.mark.parametrize("wrong", ["", "completed", "cancelled", "declined", "x", "None"])
def test_what_is_no_such_status_is_refused(olive, shop, wrong):
    page = olive.post("/settings/requests", may_ask="y", until=wrong)
    assert (page.status, list(page.errors)) == (422, ["until"])
    assert (shop.get(Store, 1).ask_until, shop.count(Event)) == (OrderStatus.PROCESSING, 0)


def test_staff_do_not_set_it(sam, shop):
    assert sam.post("/settings/requests", until="shipped").status == 403
    assert shop.get(Store, 1).customers_may_ask


@pytest.mark.parametrize(
    ("server", "address", "leads_somewhere"),
    [
        ("smtp.example.com", "http://127.0.0.1:5000", False),
        ("smtp.example.com", "https://shop.example.com", True),
        ("127.0.0.1", "http://127.0.0.1:5000", True),
        (None, "http://127.0.0.1:5000", True),
    ],
)
def test_a_link_that_no_customer_could_open_stands_in_no_email(first_day, tmp_path, server, address, leads_somewhere):
    copy_shop(first_day, tmp_path / "suki.db")
    app = make_app(tmp_path, MAIL_SERVER=server, BASE_URL=address)
    order = Shop(app).order()
    with app.app_context():
        assert ("/ask/" in customer_email(order, "order_accepted").text) is leads_somewhere
    if not address.startswith("https"):
        page = signed_in(app, "olive").get("/settings/requests")
        assert ("leads to this computer only" in page.text) is not leads_somewhere
