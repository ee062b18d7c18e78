"""The list of a full store on a screen of any width: a name keeps its words whole, and nothing leaves its place."""

import pytest
from sqlalchemy import update

from models import Store, writing
from tests.browser import width_of
from tests.journeys.test_every_page import app, sign_in_as_ana  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser
WIDTHS = (900, 1024, 1280, 1366, 1440, 1920)
STANDS_OUT = """() => [...document.querySelectorAll('.orders td :is(.pill, .mark, bdi, time)')].filter((part) =>
  part.getBoundingClientRect().right > part.closest('td').getBoundingClientRect().right + 1).length"""
NARROWEST_NAME = "document.querySelector('.orders td.c-customer').clientWidth"


@pytest.mark.parametrize("language", ["en", "fil"])
def test_names_and_marks_have_room_at_every_width(app, served, browser_page, language):  # noqa: F811 (a fixture)
    with app.app_context(), writing() as session:
        session.execute(update(Store).values(language=language))
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
