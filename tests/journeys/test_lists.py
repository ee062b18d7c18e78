"""The lists of a full store on a screen of any width: a word is kept whole, and nothing leaves its place."""

import pytest
from sqlalchemy import update

from models import Store, writing
from tests.browser import width_of
from tests.journeys.test_every_page import app, sign_in_as_ana  # noqa: F401 (a fixture)
from tests.orders.files import OURS, a_file

pytestmark = pytest.mark.browser
WIDTHS = (900, 1024, 1280, 1366, 1440, 1920)
STANDS_OUT = """() => [...document.querySelectorAll('.orders td :is(.pill, .mark, bdi, time)')].filter((part) =>
  part.getBoundingClientRect().right > part.closest('td').getBoundingClientRect().right + 1).length"""
NARROWEST_NAME = "document.querySelector('.orders td.c-customer').clientWidth"

OVER_EACH_OTHER = """() => [...document.querySelectorAll('.refunds tbody tr')].filter((row) => {
  const [since, part] = ['.r-since', '.r-part'].map((cell) => {
    const said = document.createRange();
    said.selectNodeContents(row.querySelector(cell));
    return said.getBoundingClientRect();
  });
  return part.width && since.right > part.left && since.bottom > part.top && part.bottom > since.top;
}).map((row) => row.innerText)"""
LINES_OF_THE_WORD = """() => {
  const said = document.createRange();
  said.selectNodeContents(document.querySelector('.found-there'));
  return said.getClientRects().length;
}"""


def speak(app, language):  # noqa: F811 (a fixture)
    with app.app_context(), writing() as session:
        session.execute(update(Store).values(language=language))


@pytest.mark.parametrize("language", ["en", "fil"])
def test_names_and_marks_have_room_at_every_width(app, served, browser_page, language):  # noqa: F811 (a fixture)
    speak(app, language)
    page, faults = browser_page(), []
    sign_in_as_ana(page, served)
    page.goto(f"{served}/orders/")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if (found := width_of(page)) > width:
            faults.append(f"{width}: the page is {found} wide")
        if stand_out := page.evaluate(STANDS_OUT):
            faults.append(f"{width}: {stand_out} stand out of their cells")
        if (name := page.evaluate(NARROWEST_NAME)) < (192 if width >= 1280 else 132):
            faults.append(f"{width}: {name} for a name")
    assert faults == []


@pytest.mark.parametrize("language", ["en", "fil"])
@pytest.mark.parametrize("width", [320, 390])
def test_what_is_owed_and_what_went_back_stand_beside_each_other(app, served, browser_page, language, width):  # noqa: F811 (a fixture)
    speak(app, language)
    page = browser_page(width=width)
    sign_in_as_ana(page, served)
    page.goto(f"{served}/refunds/")
    assert page.locator(".r-part .only-narrow").count(), "one of which a part went back"
    assert page.evaluate(OVER_EACH_OTHER) == []
    assert width_of(page) <= width


def test_what_a_file_has_in_a_cell_is_not_broken_where_there_is_room(app, served, browser_page):  # noqa: F811 (a fixture)
    page = browser_page(width=1440)
    sign_in_as_ana(page, served)
    page.goto(f"{served}/orders/import")
    rows = a_file(OURS, {"number": "B-4", "status": "accpted"}, {"number": "B-5"})
    page.set_input_files("input[type=file]", {"name": "o.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.locator("form:has(input[type=file]) button").last.click()
    page.locator(".found-there").first.wait_for(timeout=30_000)
    assert page.locator(".found-there").first.inner_text() == "accpted"
    assert page.evaluate(LINES_OF_THE_WORD) == 1
