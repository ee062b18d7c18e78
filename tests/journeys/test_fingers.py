"""A phone is held in a hand: what stands alone to be pressed is as large as a fingertip, and has no other below it."""

import pytest

from tests.browser import width_of
from tests.journeys.test_every_page import app, sign_in_as_ana  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser
WITH_MUCH_BESIDE_EACH_OTHER = (
    "/insights/",
    "/orders/",
    "/orders/?q=x",
    "/refunds/",
    "/refunds/3",
    "/support/tickets",
    "/support/tickets/4",
    "/support/tickets/new?order=111",
    "/help/feedback",
    "/settings/alerts",
)
PAGES = ["/orders/116", "/orders/120", "/orders/120/cancel", "/settings/outbox", "/settings/privacy"]
TARGETS = ".back, .tap, .contact a, .foot a"
FINGERTIP = 44
EDGES = ("first-child", "nth-last-child(2)")


def boxes_of(page):
    return [(each.inner_text(), each.bounding_box()) for each in page.locator(TARGETS).all() if each.is_visible()]


def is_over(one, other):
    """By more than a hair: they are laid out in fractions of pixels."""
    across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    return across > 1 and down > 1


def test_links_that_stand_alone_have_room_for_a_finger(served, browser_page):
    page = browser_page(width=390)
    sign_in_as_ana(page, served)
    for address in PAGES:
        page.goto(served + address)
        boxes = boxes_of(page)
        assert boxes, address
        small = [words for words, box in boxes if min(box["width"], box["height"]) < FINGERTIP]
        assert small == [], address
        over = [(one, other) for one, box in boxes for other, below in boxes if one < other and is_over(box, below)]
        assert over == [], address


def test_the_days_of_insights_fit_the_smallest_phone(served, browser_page):
    page = browser_page(width=320)
    sign_in_as_ana(page, served)
    page.goto(f"{served}/insights/")
    assert width_of(page) == 320


SHOWS_WHERE = """row => {
    row.scrollIntoView({ block: "center", behavior: "instant" })
    const { right, top, height } = row.getBoundingClientRect()
    const atItsEnd = document.elementFromPoint(right - 8, top + height / 2)
    return atItsEnd.closest("a") === row.querySelector(".row-link") && getComputedStyle(row, "::after").width === "7px"
}"""
IS_A_LINK = """title => {
    title.scrollIntoView({ block: "center", behavior: "instant" })
    const { left, top } = title.getBoundingClientRect()
    return document.elementFromPoint(left + 9, top + 9).closest("a") !== null
}"""


def test_a_row_that_leads_somewhere_shows_it_at_its_end_and_is_no_larger_than_it_looks(served, browser_page):
    page = browser_page(width=390)
    sign_in_as_ana(page, served)
    for address in ("/settings/", "/settings/couriers", "/settings/reasons", "/settings/users"):
        page.goto(served + address)
        rows = page.locator("main :is(.list > li, tbody tr):has(.row-link)").all()
        assert rows, address
        assert [row.inner_text() for row in rows if not row.evaluate(SHOWS_WHERE)] == []
        assert not page.locator("h1").evaluate(IS_A_LINK), address


def test_names_do_not_push_the_numbers_of_today_out_of_line(served, browser_page):
    page = browser_page(width=1440)
    sign_in_as_ana(page, served)
    tiles = [tile.bounding_box() for tile in page.locator(".tile").all()]
    numbers = [number.bounding_box() for number in page.locator(".tile-number").all()]
    beside = [place for place in range(1, len(tiles)) if tiles[place]["y"] == tiles[place - 1]["y"]]
    assert beside
    assert [place for place in beside if numbers[place]["y"] != numbers[place - 1]["y"]] == []


def test_what_needs_a_line_of_its_own_on_a_phone_has_one(served, browser_page):
    page = browser_page(width=390)
    sign_in_as_ana(page, served)
    page.goto(f"{served}/orders/108")
    save, cancel = (page.locator(f"#status-form .form-buttons > :{which}").bounding_box() for which in EDGES)
    assert cancel["y"] >= save["y"] + save["height"], "their customer has no email to look at, which would part them"
    page.locator("#customer bdi").evaluate("name => { name.textContent = 'محمد' }")
    assert page.locator("#customer bdi").bounding_box()["x"] < 20, "beside the rest, whichever way it is written"
    page.goto(f"{served}/orders/108/cancel")
    assert len({each.bounding_box()["x"] for each in page.locator(".choice-row input").all()}) == 1
    page.goto(f"{served}/orders/116")
    page.locator(".proof summary").first.click()
    assert page.locator(".mail-text").first.evaluate("text => text.scrollHeight - text.clientHeight") == 0
    page.goto(f"{served}/settings/privacy")
    assert page.locator(".search-box").bounding_box()["width"] > 350
    assert page.locator(".user-menu summary").inner_text().split("\n")[-1] == "More", "also for who knows no icons"
    page.goto(f"{served}/orders/")
    assert len({page.locator(f".search-row > {each}").bounding_box()["y"] for each in ("div", "button")}) == 1


def test_the_fields_of_a_form_end_at_one_line(served, browser_page):
    page = browser_page(width=390)
    sign_in_as_ana(page, served)
    page.goto(f"{served}/orders/120")
    boxes = [page.locator(f"#status-form {field}").bounding_box() for field in ("select", "textarea")]
    assert len({box["x"] + box["width"] for box in boxes}) == 1


def test_what_a_list_shows_is_in_sight(served, browser_page):
    for width, script in ((390, True), (320, True), (390, False)):
        page = browser_page(width=width, java_script_enabled=script)
        sign_in_as_ana(page, served)
        for address in ("/orders/", "/orders/?attention=not_told", "/orders/?attention=refund_owed"):
            page.goto(served + address)
            box = page.locator(".tabs [aria-current]").bounding_box()
            assert 0 <= box["x"] <= width - box["width"], (address, width, script)
            assert page.locator("h1").bounding_box()["y"] > 0, "it moved across, and not down"


def test_the_words_of_the_menu_stand_beside_each_other_also_at_twice_their_size(served, browser_page):
    page = browser_page(width=390)
    sign_in_as_ana(page, served)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = "[...document.querySelectorAll('.menu a')].filter(link => link.scrollWidth > link.clientWidth)"
    assert page.evaluate(f"{wide}.map(link => link.textContent)") == []
    assert width_of(page) == 390


def test_a_page_is_no_wider_than_the_phone_also_with_letters_of_twice_their_size(served, browser_page):
    page = browser_page(width=390)
    sign_in_as_ana(page, served)
    for address in WITH_MUCH_BESIDE_EACH_OTHER:
        page.goto(served + address)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert width_of(page) == 390, address
        assert page.locator(".store").bounding_box()["width"] > 150, "whose store it is stays readable"
        boxes = [box.bounding_box()["width"] for box in page.locator(".search-box").all()]
        assert min(boxes, default=390) > 250, address
