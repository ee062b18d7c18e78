"""The guides: open to everybody who is signed in, and true in where they lead."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from blueprints.help.articles import ARTICLES
from models import Store

ROOT = Path(__file__).parent.parent.parent
ROLES = ("olive", "sam", "uma")


def links(page):
    """The pages of ours that the guide itself leads to, without the menu."""
    found = {str(link["href"]) for link in page.select("main a[href]")}
    return sorted(urlsplit(href).path for href in found if href.startswith("/"))


@pytest.mark.parametrize("slug", ["", "no-such-guide", "contents", "article", "_parts", "..%2fsettings%2fstore"])
def test_only_guides_are_opened(olive, slug):
    assert olive.get(f"/help/{slug}").status == (404 if slug else 200)


def test_a_stranger_is_asked_to_sign_in(mallory):
    assert mallory.get("/help/cancel-an-order").location == "/login"


@pytest.mark.parametrize("name", ROLES)
def test_the_contents_lead_to_each_guide(request, name):
    page = request.getfixturevalue(name).get("/help/")
    assert [link["href"] for link in page.select(".guides a")] == [f"/help/{slug}" for slug in ARTICLES]


@pytest.mark.parametrize("name", ROLES)
def test_each_guide_opens_and_leads_only_where_its_reader_may_go(request, name):
    reader = request.getfixturevalue(name)
    pages = {slug: reader.get(f"/help/{slug}") for slug in ARTICLES}
    assert {slug: page.h1 for slug, page in pages.items()} == {slug: str(a.title) for slug, a in ARTICLES.items()}
    leads_to = {path for page in pages.values() for path in links(page)}
    assert {path: reader.get(path).status for path in leads_to} == dict.fromkeys(leads_to, 200)


def test_each_guide_opens_in_a_store_that_works_in_filipino(olive, shop):
    shop.change(shop.get(Store, 1), language="fil")
    assert {olive.get(f"/help/{slug}").soup.html["lang"] for slug in ARTICLES} == {"fil"}


def test_every_template_of_a_guide_is_listed():
    frames = {"contents", "article", "feedback"}
    written = {path.stem for path in (ROOT / "templates" / "help").glob("[!_]*.html")} - frames
    assert written == set(ARTICLES)


def test_a_phone_is_shown_the_pages_as_they_look_on_one(olive):
    pictures = olive.get("/help/cancel-an-order").select("main picture")
    assert pictures
    for picture in pictures:
        on_phone = picture.source
        assert int(on_phone["width"]) < 420 < int(picture.img["width"])
        assert on_phone["media"] == "(max-width: 40rem)"
        with olive.client.get(on_phone["srcset"]) as answer:
            assert answer.status_code == 200
            assert len(answer.data) < 60_000, on_phone["srcset"]


def test_pictures_are_there_small_and_described(olive):
    for slug in ARTICLES:
        for image in olive.get(f"/help/{slug}").select("main img"):
            with olive.client.get(image["src"]) as answer:
                assert answer.status_code == 200
                assert len(answer.data) < 60_000, image["src"]
            assert image["alt"]
            assert image["width"]
            assert image["height"]


def test_the_guide_names_support_as_settings_have_it(sam, shop):
    shop.change(shop.get(Store, 1), support_name="Tulong", support_email="tulong@example.com")
    page = sam.get("/help/cancel-an-order")
    assert "Tulong" in page.text
    assert page.select("a[href='mailto:tulong@example.com']")


def test_the_guide_to_cancelling_says_what_matters(sam):
    text = sam.get("/help/cancel-an-order").text
    for fact in ("2 minutes", "left-hand menu", "Cancel order", "Cancelled", "Save", "J&T Express", "CSLA", "alerts"):
        assert fact in text
