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
