"""Whatever long word without a gap somebody types in: it breaks, and pushes nothing off the screen."""

import pytest
from sqlalchemy import String, cast, literal, update

from models import (
    Courier,
    Email,
    Note,
    Order,
    OrderItem,
    Product,
    Reason,
    Store,
    Ticket,
    TicketMessage,
    User,
    writing,
)
from tests.browser import width_of
from tests.journeys.test_every_page import PAGES, app, sign_in_as_ana  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser
WORD = "Pinakanakapagpapabagabag" * 12
SIGNED_OUT = ["/login", "/password/forgot", "/ask", "/not-here"]
LONG = {
    Store: {"name": 100},
    Order: {"customer_name": 200, "customer_phone": 40, "address": 280, "customer_note": 280, "waybill": 60},
    OrderItem: {"name": 280, "sku": 80},
    Product: {"name": 280},
    Note: {"body": 280},
    Ticket: {"subject": 150, "reason": 280, "customer_name": 200},
    TicketMessage: {"body": 280},
    Email: {"subject": 200, "answer": 280},
}


def stretch():
    with writing() as session:
        for model, columns in LONG.items():
            session.execute(update(model).values({name: WORD[:length] for name, length in columns.items()}))
        for name in (Courier.name, Reason.label, User.name):
            numbered = literal(WORD[:30]) + cast(name.class_.id, String)
            session.execute(update(name.class_).values({name: numbered}))
        session.execute(update(Order).values(customer_email=f"{WORD[:120]}@example.com"))


def wider_than_the_screen(page, served, addresses):
    for address in addresses:
        page.goto(served + address)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            if (found := width_of(page)) > width:
                yield f"{address}: {found} of {width}"


def test_no_page_is_wider_than_the_screen(app, served, browser_page):  # noqa: F811 (a fixture)
    with app.app_context():
        stretch()
    page = browser_page()
    wide = list(wider_than_the_screen(page, served, SIGNED_OUT))
    sign_in_as_ana(page, served)
    wide += wider_than_the_screen(page, served, PAGES)
    assert wide == []


def test_a_long_name_of_the_store_leaves_the_mark_its_shape(app, served, browser_page):  # noqa: F811 (a fixture)
    with app.app_context():
        stretch()
    page = browser_page(width=390)
    page.goto(f"{served}/login")
    shapes = [page.locator(".brand-mark").bounding_box()]
    sign_in_as_ana(page, served)
    shapes.append(page.locator(".brand-mark").bounding_box())
    assert [(shape["width"], shape["height"]) for shape in shapes] == [(26, 26), (26, 26)]
