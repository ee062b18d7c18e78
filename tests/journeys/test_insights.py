"""What cancelling costs, looked at on a phone in the dark and on a desk by day, and heard through its tables."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tests.browser import found_by_axe, sign_in, width_of
from tests.insights.history import invent, write

pytestmark = pytest.mark.browser

SIZES = """() => [...document.querySelectorAll('.weeks text')].filter(text => text.checkVisibility()).map(text => {
    const box = text.getBoundingClientRect()
    return [parseFloat(getComputedStyle(text).fontSize), box.left, box.right, text.getAttribute('class')]
})"""


@pytest.fixture
def a_year(app):
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=each) for each in range(0, 300, 3)]
    write(app, invent(ZoneInfo("Asia/Manila"), days, seed=7, many=150))


@pytest.mark.parametrize(
    ("days", "width", "scheme"), [("90 days", 1440, "light"), ("This year", 390, "dark"), ("This year", 1440, "light")]
)
def test_charts_are_read_by_everybody(served, browser_page, a_year, width, scheme, days):
    page = browser_page(width=width, scheme=scheme)
    sign_in(page, served, "sam")
    if width == 390:
        page.locator(".user-menu summary").click()
        page.locator(".user-menu").get_by_role("link", name="Insights").click()
    else:
        page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Insights").click()
    page.get_by_role("navigation", name="Days to look at").get_by_role("link", name=days).click()

    assert page.get_by_role("img", name="Cancelled in each week").is_visible()
    written = page.evaluate(SIZES)
    assert all(size >= 12 and left >= 0 and right <= width for size, left, right, _ in written)
    for name in ("bar-label", "bar-number"):
        boxes = sorted((left, right) for _, left, right, known in written if name in known)
        assert boxes
        assert all(left > right for (_, right), (left, _) in pairwise(boxes)), f"{name} overlap"

    page.get_by_text("The weeks as a table").click()
    for table in ("By reason", "By payment", "By courier", "Refunds for these cancels", "Sales after cancels"):
        assert page.get_by_role("table", name=table).get_by_role("rowheader").count() > 1
    assert page.get_by_role("table", name="Cancelled in each week").get_by_role("rowheader").count() > 10
    assert width_of(page) <= width
    assert found_by_axe(page) == []
