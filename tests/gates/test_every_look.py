"""Every main page of a full store at both widths, in light and dark: for whoever sees little, or hears pages read."""

import pytest

from tests.journeys.test_every_page import PAGES, app, walk  # noqa: F401 (a fixture among them)

pytestmark = [pytest.mark.browser, pytest.mark.minutes]


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_stands_in_anybodys_way(gate, served, browser_page, width):
    faults = list(walk(browser_page(width=width), served, PAGES, also_dark=True))
    assert not faults, "\n".join(faults)
    gate.figure(f"{len(PAGES)} pages at {width} px, light and dark: 0 faults")


@pytest.mark.control
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_text_that_is_hard_to_read_is_noticed(gate, served, browser_page, scheme):
    page = browser_page(width=390)
    pale = f"@media (prefers-color-scheme: {scheme}) {{ * {{ color: #888; background: #777 }} }}"
    page.route("**/*.css*", lambda route: route.fulfill(content_type="text/css", body=pale))
    faults = list(walk(page, served, ["/orders/"], also_dark=True))
    assert [fault for fault in faults if "color-contrast" in fault]
    gate.figure(f"pale text, {scheme}: {len(faults)} faults on 2 pages")
