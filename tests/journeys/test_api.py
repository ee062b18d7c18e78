"""A program comes in: the owner makes a token in a browser, the program creates and cancels an order over the network,
people read which program it was, and once the token is revoked it is over."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from models import Order, OrderStatus
from tests.api.programs import ORDER
from tests.browser import sign_in, width_of

pytestmark = pytest.mark.browser


@pytest.fixture(params=[390, 1440])
def page(request, served, browser_page):
    page = browser_page(width=request.param)
    sign_in(page, served, "olive")
    return page


def asks(url, token, body=None, key="one"):
    """As any program would; status, headers and what was said."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    request = Request(url, headers=headers, data=None if body is None else json.dumps(body).encode())
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, json.load(answer)
    except HTTPError as refusal:
        return refusal.code, refusal.headers, json.load(refusal)


def fits(page):
    return width_of(page) <= page.viewport_size["width"]


def test_from_the_token_to_the_cancel_and_to_the_end_of_the_token(page, served, shop):
    page.goto(f"{served}/settings/")
    page.get_by_role("link", name="API tokens").click()
    page.get_by_label("Name of the program").fill("Storefront")
    page.get_by_label("Read orders, create them and cancel them").check()
    page.get_by_role("button", name="Make token").click()
    token = page.locator("code.secret").inner_text()
    assert fits(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied", exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == token
    page.get_by_role("button", name="I have copied it").click()
    page.wait_for_url(f"{served}/settings/tokens")
    assert token not in page.content()

    status, headers, order = asks(f"{served}/api/v1/orders", token, ORDER)
    assert (status, headers["Location"]) == (201, "/api/v1/orders/1")
    cancel = f"{served}{headers['Location']}/cancel"
    assert asks(cancel, token, {"note": "Sold out."})[2]["code"] == "key_reused"
    done = asks(cancel, token, {"note": "Sold out."}, key="two")
    assert (done[0], done[2]["cancellation"]["by"]) == (200, "Storefront (API)")
    assert asks(cancel, token, {"note": "Sold out."}, key="two")[2] == done[2]
    assert shop.get(Order, order["id"]).status is OrderStatus.CANCELLED

    page.goto(order["page"])
    assert "Cancelled by Storefront (API)" in page.locator("#status-area").inner_text()
    assert "Storefront (API) entered the order." in page.locator("#history").inner_text()
    assert fits(page)

    page.goto(f"{served}/settings/tokens")
    assert "last used today" in page.get_by_role("main").inner_text()
    page.locator("summary", has_text="Revoke").click()
    page.get_by_role("button", name="Revoke the token of Storefront").click()
    page.get_by_text("Storefront can’t come in any more.").wait_for()
    assert fits(page)
    status, headers, said = asks(f"{served}/api/v1/orders", token)
    assert (status, said["code"]) == (401, "token_wrong")
    assert headers["WWW-Authenticate"].startswith("Bearer")
