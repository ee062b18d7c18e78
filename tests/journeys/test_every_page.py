"""Every main page of a full store, as a phone and a desk see it, in light and dark: nobody is left out."""

import pytest

from blueprints import schema
from blueprints.auth.passwords import hash_password
from blueprints.demo.making import make_demo
from blueprints.demo_accounts import DEMO_PASSWORD
from blueprints.orders.telling import customer_email
from models import db
from tests.browser import found_by_axe, sign_in, width_of
from tests.conftest import make_app

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/orders/",
    "/orders/?q=pena",
    "/orders/?q=nobody+is+called+this",
    "/orders/new",
    "/orders/import",
    "/orders/?attention=asked",
    "/orders/bulk/",
    "/orders/emails",
    "/orders/emails/1",
    "/orders/117",
    "/orders/117/request/decline",
    "/orders/120",
    "/orders/120/cancel",
    "/orders/120/cancel/items",
    "/orders/116/reinstate",
    "/orders/120/customer",
    "/orders/120/booking",
    "/orders/115/booking/waybill",
    "/orders/120/payment",
    "/orders/115/payment/correct",
    "/orders/116",
    "/refunds/",
    "/refunds/1",
    "/settlements/1/reverse",
    "/products/",
    "/products/?q=tablea",
    "/products/?q=nobody+sells+this",
    "/products/new",
    "/products/1",
    "/products/import",
    "/support/tickets",
    "/support/tickets/new",
    "/support/tickets/2",
    "/support/tickets/3",
    "/support/access",
    "/insights/",
    "/insights/?from=2020-01-01&to=2020-01-31",
    "/settings/",
    "/settings/store",
    "/settings/alerts",
    "/settings/cancelling",
    "/settings/requests",
    "/settings/couriers",
    "/settings/couriers/1",
    "/settings/reasons",
    "/settings/reasons/1",
    "/settings/support",
    "/settings/unpaid",
    "/settings/outbox",
    "/settings/outbox?show=waiting",
    "/settings/sessions",
    "/settings/sessions/everybody",
    "/settings/users",
    "/settings/users/2",
    "/settings/users/new",
    "/settings/backups",
    "/settings/privacy",
    "/settings/privacy/customer?order=116",
    "/settings/privacy/customer?q=nobody@example.com",
    "/settings/privacy/data?order=116",
    "/settings/privacy/erase?order=116",
    "/settings/privacy/erase?order=117",
    "/settings/privacy/emails",
    "/settings/health",
    "/settings/webhooks",
    "/settings/webhooks/new",
    "/settings/webhooks/1",
    "/settings/webhooks/1/change",
    "/settings/webhooks/1/secret",
    "/settings/tokens",
    "/help/",
    "/help/feedback",
    "/help/cancel-an-order",
    "/help/ask-support",
    "/help/take-a-cancel-back",
    "/help/when-an-order-is-not-paid",
    "/help/a-customers-data",
    "/ask",
    "/ask/sent",
    "/ask/not-a-link",
    "/password",
    "/sessions",
    "/second-factor",
    "/second-factor/set-up",
    "/not-here",
]


@pytest.fixture
def app(tmp_path):
    app = make_app(tmp_path, MAIL_SERVER=None)
    with app.app_context():
        schema.bring_up_to_date()
        make_demo(password_hash=hash_password(DEMO_PASSWORD), write_email=customer_email)
    yield app
    with app.app_context():
        db.engine.dispose()


LOOKS = [(390, "light"), (390, "dark"), (1440, "light"), (1440, "dark")]


def test_nothing_stands_in_anybodys_way(served, browser_page):
    """The looks in turn, a page in each of them; all pages in all looks: tests/gates/test_every_look.py."""
    faults = [
        fault
        for turn, (width, scheme) in enumerate(LOOKS)
        for fault in walk(browser_page(width=width, scheme=scheme), served, PAGES[turn :: len(LOOKS)])
    ]
    assert not faults, "\n".join(faults)


def test_history_begins_where_the_main_column_ends_however_long_the_other_is(served, browser_page):
    page = browser_page(width=1440)
    sign_in_as_ana(page, served)
    for address in ("/orders/75", "/support/tickets/2"):
        page.goto(served + address)
        main, history = (page.locator(part).bounding_box() for part in (".column-main", "#history"))
        assert history["y"] - main["y"] - main["height"] < 1, address


def walk(page, served, addresses, *, also_dark=False):
    """What axe finds on each of these, and on the page to sign in; and whatever is wider than the screen."""
    page.goto(f"{served}/login")
    yield from faults_of(page, also_dark=also_dark)
    sign_in_as_ana(page, served)
    for address in addresses:
        arrived = page.goto(served + address)
        assert arrived.status == (404 if "/not-" in address else 200), address
        yield from faults_of(page, also_dark=also_dark)


def sign_in_as_ana(page, served):
    sign_in(page, served, "ana", DEMO_PASSWORD)


def faults_of(page, *, also_dark=False):
    """`also_dark`: by its colors in the dark as well, as nothing else is another there."""
    yield from found_by_axe(page)
    if width_of(page) > page.viewport_size["width"]:
        yield f"{page.url}: wider than the screen"
    if also_dark:
        page.emulate_media(color_scheme="dark")
        yield from found_by_axe(page, runOnly=["color-contrast"])
        page.emulate_media(color_scheme="light")
