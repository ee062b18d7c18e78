"""Paper is read on another day, and nothing on it can be pressed."""

import pytest

from tests.journeys.test_every_page import app, sign_in_as_ana  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser
LINKS = ["Cancel some of the items …", "All orders of this customer", "Customer’s data"]
PRINTED = "element => getComputedStyle(element, '::before').content"


def test_an_order_on_paper_says_when_and_has_no_links_without_a_meaning(served, browser_page):
    page = browser_page()
    sign_in_as_ana(page, served)
    page.goto(f"{served}/orders/117")
    assert all(page.get_by_role("link", name=name, exact=True).is_visible() for name in LINKS)
    page.emulate_media(media="print")
    assert not [name for name in LINKS if page.get_by_role("link", name=name, exact=True).is_visible()]
    printed = page.locator("main").inner_text().lower()
    assert not [word for word in ("today", "yesterday") if word in printed]
    times = page.locator("#asked time, #history time").all()
    assert len(times) > 1
    assert all(" 20" in time.evaluate(PRINTED) for time in times)


FOR_THE_SHOP_ALONE = [".entered", "#asked", "#status-area", "#parts", "#emails", "#history"]
PARTS_OF_A_SLIP = [".sender", "#customer", "#items", "#money"]


def test_a_packing_slip_has_what_goes_with_the_parcel_and_nothing_that_is_for_the_shop(served, browser_page):
    page = browser_page(width=390, scheme="dark")
    page.add_init_script("window.print = () => { window.printed = document.body.className }")
    sign_in_as_ana(page, served)
    page.goto(f"{served}/orders/117")
    page.get_by_role("button", name="Print a packing slip").click()
    assert page.evaluate("window.printed") == "desk slip"
    page.emulate_media(media="print")
    assert not [part for part in FOR_THE_SHOP_ALONE if page.locator(part).is_visible()]
    tops = [page.locator(part).bounding_box()["y"] for part in PARTS_OF_A_SLIP]
    assert tops == sorted(tops)
    assert not page.get_by_role("button").or_(page.get_by_role("navigation")).filter(visible=True).all()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.locator(".sender").is_visible()
    assert page.locator("#history").is_visible()


def test_without_a_script_that_prints_there_is_no_button_for_it(served, browser_page):
    page = browser_page(java_script_enabled=False)
    sign_in_as_ana(page, served)
    page.goto(f"{served}/orders/117")
    assert page.locator("#items").is_visible()
    assert not page.get_by_role("button", name="Print a packing slip").is_visible()
