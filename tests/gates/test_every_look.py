"""Every main page of a full store at both widths, in light and dark: for whoever sees little, or hears pages read."""

import pytest

from tests.journeys.test_every_page import LOOKS, PAGES, app, walk  # noqa: F401 (a fixture among them)

pytestmark = [pytest.mark.browser, pytest.mark.minutes]


# Nothing else is another in the dark.
IN_THE_DARK = ["color-contrast"]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_nothing_stands_in_anybodys_way(gate, served, browser_page, width, scheme):
    rules = IN_THE_DARK if scheme == "dark" else None
    faults = list(walk(browser_page(width=width, scheme=scheme), served, PAGES, rules))
    assert not faults, "\n".join(faults)
    gate.figure(f"{len(PAGES)} pages at {width} px, {scheme}: 0 faults")


@pytest.mark.control
def test_a_text_that_is_hard_to_read_is_noticed(gate, served, browser_page):
    page = browser_page(width=390)
    page.route("**/*.css*", lambda route: route.fulfill(content_type="text/css", body="* { color: #ccc }"))
    faults = list(walk(page, served, ["/orders/"]))
    assert [fault for fault in faults if "color-contrast" in fault]
    gate.figure(f"pale text: {len(faults)} faults on 2 pages")
