"""Whoever goes by keyboard sees where they are: nothing that stays in its place lies over what has the focus."""

import pytest

from tests.browser import sign_in

pytestmark = pytest.mark.browser
STOPS = 45
IS_COVERED = """() => {
  const focused = document.activeElement, box = focused.getBoundingClientRect();
  const parts = [0.05, 0.5, 0.95], places = parts.flatMap((x) => parts.map((y) => [x, y]));
  return !places.some(([x, y]) => {
    const seen = document.elementFromPoint(box.x + x * box.width, box.y + y * box.height);
    return seen && (focused.contains(seen) || seen.contains(focused));
  });
}"""


@pytest.fixture
def at_orders(served, browser_page, shop):
    def look(width, height):
        for _ in range(30):
            shop.order()
        page = browser_page(width=width, height=height, reduced_motion="reduce")
        sign_in(page, served, "olive")
        page.goto(f"{served}/orders/")
        return page

    return look


def covered_stops(page, key="Tab"):
    """What has the focus and is not seen, on the way through the page."""
    covered = []
    for _ in range(STOPS):
        page.keyboard.press(key)
        if page.evaluate(IS_COVERED):
            covered.append(page.evaluate("document.activeElement.outerHTML"))
    return covered


def test_a_tab_that_is_reached_is_seen_whole(at_orders):
    page = at_orders(390, 660)
    tabs = page.locator(".tabs a")
    tabs.first.focus()
    for key in ["Tab"] * (tabs.count() - 1) + ["Shift+Tab"] * (tabs.count() - 1):
        page.keyboard.press(key)
        box = page.locator(".tabs a:focus").bounding_box()
        assert 0 <= box["x"] <= 390 - box["width"], key


@pytest.mark.parametrize(("width", "height"), [(390, 660), (1440, 700)])
def test_the_bar_of_ticked_orders_lies_over_nothing_that_has_the_focus(at_orders, width, height):
    page = at_orders(width, height)
    page.locator("tbody input").first.check()
    assert covered_stops(page) == []


def test_a_screen_with_few_lines_is_left_to_the_list(at_orders):
    page = at_orders(320, 256)
    page.locator("tbody input").first.check()
    page.evaluate("document.querySelector('tbody').scrollIntoView()")
    assert page.locator(".pick-bar").bounding_box()["y"] > 256


def test_the_menu_of_the_user_closes_behind_the_focus(at_orders):
    page = at_orders(390, 660)
    menu = page.locator("details[data-menu]")
    menu.locator("summary").press("Enter")
    last = menu.get_by_role("button", name="Sign out")
    last.focus()
    assert menu.get_attribute("open") is not None
    last.press("Tab")
    assert menu.get_attribute("open") is None


def test_the_last_room_of_the_menu_is_on_the_smallest_desk(at_orders):
    page = at_orders(932, 330)
    page.locator(".menu").get_by_role("link", name="Settings").focus()
    box = page.locator(".menu").get_by_role("link", name="Settings").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 330
