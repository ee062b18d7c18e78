"""What browsers keep for good: one file of style for all pages, under an address that changes with what is in it. The
page that a browser sees first has that style in itself."""

import gzip
import re
import shutil
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from werkzeug.http import parse_options_header

from blueprints.static_files import SHEETS, style_within
from tests.browser import sign_in, wait_until
from tests.conftest import make_app

CSS = Path(__file__).parent.parent / "static" / "css"
LINK = re.compile(r'<link rel="stylesheet" href="([^"]+)"[^>]*>')
WITHIN = re.compile(r"<style>(.*)</style>", re.DOTALL)
SIZES = (
    "performance.getEntriesByType('resource').filter(file => file.name.includes('.css')).map(file => file.transferSize)"
)
RULES = "() => [...document.styleSheets].map(sheet => [...sheet.cssRules].map(rule => rule.cssText))"


@pytest.fixture
def address(olive):
    (link,) = LINK.findall(olive.client.get("/orders/").text)
    return link


def test_a_page_asks_for_one_file_that_has_the_style_of_all(olive, address):
    style = olive.client.get(address)
    assert parse_options_header(style.headers["Content-Type"])[0] == "text/css"
    said = style.text
    places = [said.index((CSS / f"{name}.css").read_text()) for name in SHEETS]
    assert places == sorted(places), "a later sheet wins over an earlier one"
    assert "immutable" in style.headers["Cache-Control"]


def test_it_is_packed_only_for_who_can_unpack_it(olive, address):
    plain = olive.client.get(address, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert olive.client.get(address, headers={"Accept-Encoding": "gzip;q=0, br"}).data == plain.data
    packed = olive.client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"], "a cache between must not mix them up"


def test_every_sheet_is_on_some_page():
    templates = CSS.parent.parent.glob("templates/**/*.html")
    linked = {name for page in templates for name in re.findall(r"css/([\w-]+)\.css", page.read_text())}
    assert {sheet.stem for sheet in CSS.glob("*.css")} == (linked - {"suki"}) | set(SHEETS)


def test_whoever_works_on_it_sees_each_change_at_once(tmp_path):
    app = make_app(tmp_path, DEBUG=True)
    app.static_folder = str(shutil.copytree(CSS.parent, tmp_path / "static"))
    client = app.test_client()

    def linked() -> str:
        (link,) = LINK.findall(client.get("/login").text)
        return link

    before = linked()
    sheet = tmp_path / "static" / "css" / f"{SHEETS[0]}.css"
    sheet.write_text("a { color: red; }")
    assert linked() != before
    assert client.get(linked()).text.startswith("a { color: red; }")
    with app.app_context():
        assert style_within().startswith("a { color: red; }")


def test_the_policy_allows_the_style_within_the_first_page_and_no_other(app, olive):
    page = app.test_client().get("/login")
    (style,) = WITHIN.findall(page.text)
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{allowed}';" in page.headers["Content-Security-Policy"]
    assert not WITHIN.findall(olive.client.get("/orders/").text)


@pytest.mark.browser
def test_the_first_page_has_each_rule_of_the_file(served, browser_page, shop):
    page = browser_page()
    page.goto(f"{served}/login")
    within, in_the_file = page.evaluate(RULES)
    assert len(within) > 100
    assert within == in_the_file


@pytest.mark.browser
def test_the_first_page_waits_for_no_file_of_style(served, browser_page, shop):
    page = browser_page()
    waiting = []
    page.route("**/*.css*", lambda route: waiting.append(route))
    page.goto(f"{served}/login", wait_until="commit")
    page.get_by_role("button", name="Sign in").wait_for()
    wait_until(page, "performance.getEntriesByName('first-contentful-paint').length")
    assert waiting
    for route in waiting:
        route.continue_()


@pytest.mark.browser
def test_the_page_after_it_has_the_file_already(served, browser_page, shop):
    page = browser_page()
    sign_in(page, served, "olive")
    assert page.evaluate(SIZES) == [0]
