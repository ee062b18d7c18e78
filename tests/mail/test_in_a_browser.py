"""An email in a real browser: whatever was written into it is text, in the mailbox and at the customer's."""

import pytest

from models import Store
from tests.people import signed_in

pytestmark = pytest.mark.browser
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</style><iframe src=javascript:alert(1)>",
    "<a href=https://example.org>here</a>",
    "{{ 7 * 7 }}<style>*{display:none}</style>",
)
FOREIGN = "script, img, svg, iframe, a, link, object, form, input, base, body style, [onload], [onerror]"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_people_wrote_stays_text_even_without_a_policy(payload, shop, desk, browser_page):
    shop.change(shop.get(Store, 1), name=payload, phone=payload[:40])
    order = shop.booked_order("Lalamove", number=payload[:40], customer_name=payload, items=[(payload, 1, 100)])
    shop.change(order, waybill=payload[:60])
    email = desk.tell(order, kind="order_shipped", note=payload, refund_owed=100)
    page, dialogs = browser_page(bypass_csp=True), []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.set_content(email.html)
    page.wait_for_timeout(50)
    assert dialogs == []
    assert page.locator(FOREIGN).evaluate_all("found => found.map(each => each.outerHTML)") == []
    assert page.get_by_text(payload, exact=True).count() >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mailbox_shows_it_in_a_frame_that_breaks_no_rule(scheme, app, served, shop, desk, browser_page):
    email = desk.tell(shop.order(number="1041"), note="Sorry")
    page = browser_page(scheme=scheme)
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = signed_in(app, "olive").client.get_cookie(name)
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": served}])
    page.goto(f"{served}/orders/emails/{email.id}")
    inside = page.frame_locator("iframe")
    assert inside.get_by_role("heading", level=1).inner_text() == "Your order 1041 is cancelled"
    ground = inside.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert ground == {"light": "rgb(250, 247, 241)", "dark": "rgb(25, 23, 21)"}[scheme]
