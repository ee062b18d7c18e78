"""Over https, as a shop on the internet has it: forms are taken as browsers send them, and from nowhere else."""

import re

import pytest

from blueprints.seals import unsealed
from tests.conftest import make_app
from tests.orders.asking import link_of
from tests.pages import Page
from tests.shop import Shop
from tests.storing import copy_shop

SITE = "https://shop.example.com"
# What Chromium, Firefox and Safari say of a form on a page that sends no referrer.
OF_A_SECRET_PAGE = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
# What a Safari of 2022 says, and every browser that comes by plain http from another machine.
OF_ONE_FROM_AN_OLD_BROWSER = {"Origin": "null"}

HOSTS = {"shop.example.com": 200, "www.example.com": 200, "127.0.0.1": 200, "evil.example": 400}


@pytest.fixture
def app(first_day, tmp_path):
    copy_shop(first_day, tmp_path / "suki.db")
    return make_app(tmp_path, BASE_URL=SITE)


def send(visitor, url, headers, **fields):
    token = visitor.get(url, base_url=SITE).token
    return visitor.client.post(url, base_url=SITE, headers=headers, data={"csrf_token": token, **fields}).status_code


@pytest.fixture
def reset_link(app, mallory):
    assert send(mallory, "/password/forgot", {"Origin": SITE}, email="sam@example.com") == 303
    with app.app_context():
        text, _html = unsealed(Shop(app).emails()[0])
    return re.search(rf"{SITE}(/password/reset/\S+)", text)[1]


@pytest.mark.parametrize("headers", [OF_A_SECRET_PAGE, OF_ONE_FROM_AN_OLD_BROWSER])
def test_a_mailed_link_sets_a_new_password(mallory, reset_link, headers):
    assert send(mallory, reset_link, headers, new_password="isda at sinigang") == 303
    assert send(mallory, "/login", {"Origin": SITE}, email="sam@example.com", password="isda at sinigang") == 303


@pytest.mark.parametrize("headers", [OF_A_SECRET_PAGE, OF_ONE_FROM_AN_OLD_BROWSER])
def test_a_mailed_link_asks_to_cancel(app, shop, mallory, headers):
    assert send(mallory, link_of(app, shop.order()), headers, reason="I ordered the wrong size.") == 303


def test_a_browser_that_says_nothing_of_where_it_was_signs_in(mallory):
    assert send(mallory, "/login", {}, email="sam@example.com", password="kape at pandesal") == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.com"},
        {"Origin": "http://shop.example.com:81"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused(app, shop, mallory, headers):
    link = link_of(app, shop.order())
    assert send(mallory, link, headers, reason="x") == 403
    assert send(mallory, "/login", headers, email="sam@example.com", password="kape at pandesal") == 403


def test_a_form_without_its_token_is_refused(app, shop, mallory):
    link = link_of(app, shop.order())
    answer = Page(mallory.client.post(link, base_url=SITE, headers=OF_A_SECRET_PAGE, data={"reason": "x"}))
    assert answer.status == 400


def test_other_names_of_the_site_are_known_beside_its_own(app, tmp_path):
    asking = make_app(tmp_path, BASE_URL=SITE, TRUSTED_HOSTS=["www.example.com"]).test_client()
    answers = {host: asking.get("/login", base_url=f"https://{host}").status_code for host in HOSTS}
    assert answers == HOSTS
