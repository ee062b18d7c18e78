"""Where a browser draws pages in its reader's own few colors, what a thing is and where it stands still shows."""

import pytest

from tests.browser import sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def page(served, browser_page, shop):
    shop.order()
    page = browser_page(forced_colors="active")
    sign_in(page, served, "sam")
    page.goto(f"{served}/orders/")
    return page


def style(page, selector, name):
    return page.locator(selector).first.evaluate(f"(element) => getComputedStyle(element).{name}")


def test_a_choice_has_the_arrow_of_the_browser(page):
    assert style(page, "#status", "appearance") == "auto"
    assert style(page, "#status", "backgroundImage") == "none"


def test_only_the_tab_that_is_open_has_a_line(page):
    ground = style(page, "html", "backgroundColor")
    assert style(page, ".tabs a:not([aria-current])", "borderBottomColor") == ground
    assert style(page, ".tabs a[aria-current]", "borderBottomColor") != ground
