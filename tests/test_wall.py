"""Every page is closed until somebody says who may open it."""

from urllib.parse import parse_qs, urlsplit

import pytest


def test_a_stranger_is_led_to_the_sign_in_page_and_back_afterwards(mallory):
    page = mallory.get("/orders/?q=maria")
    assert page.status == 303
    assert page.response.headers["Location"] == "/login?next=/orders/?q%3Dmaria"


@pytest.mark.parametrize(
    ("sent_from", "page"), [("/orders/7", "/orders/7"), ("/orders/7/status", "/orders/7"), ("/nowhere/at/all", "/")]
)
def test_a_form_sent_too_late_says_that_it_was_not_saved_and_leads_back_to_its_page(mallory, sent_from, page):
    answer = mallory.client.post("/orders/7/status", headers={"Referer": f"http://localhost{sent_from}"})
    assert parse_qs(urlsplit(answer.headers["Location"]).query) == {"next": [page]}
    assert mallory.get("/login").messages == [
        "You were signed out in the meantime, so this was not saved. Sign in, then send it again."
    ]


def test_a_form_sent_too_late_from_another_site_leads_back_to_no_page(mallory):
    headers = {"Referer": "http://evil.example/orders/9", "Sec-Fetch-Site": "none"}
    assert mallory.client.post("/orders/7/status", headers=headers).headers["Location"] == "/login"


def test_signing_out_twice_loses_nothing(mallory):
    mallory.client.post("/logout")
    assert mallory.get("/login").messages == []


def test_the_address_of_a_button_leads_to_its_page(olive):
    page = olive.get("/orders/7/status")
    assert page.status == 405
    assert page.one("main .words a.button")["href"] == "/orders/7"


def test_a_form_from_another_port_of_this_laptop_is_refused(olive):
    answer = olive.client.post("/orders/", headers={"Origin": "http://localhost:6001", "Sec-Fetch-Site": "same-site"})
    assert answer.status_code == 403


@pytest.mark.parametrize("header", ["Origin", "Referer"])
@pytest.mark.parametrize("url", ["/login", "/orders/7/status", "/api/v1/orders"])
@pytest.mark.parametrize("broken", ["http://[", "http://[::1", "http://a]b"])
def test_half_an_address_comes_from_another_site(mallory, url, header, broken):
    assert mallory.client.post(url, headers={header: broken}).status_code == 403


def test_support_without_access_gets_no_orders(uma):
    assert uma.get("/orders/").status == 403


def test_staff_get_no_settings(sam):
    assert sam.get("/settings/").status == 403


def test_a_view_that_nobody_decided_about_stops_the_start(app):
    from blueprints.access import refuse_unmarked_views

    app.view_functions["forgotten"] = lambda: ""
    with pytest.raises(RuntimeError, match="forgotten"):
        refuse_unmarked_views(app)


def test_an_unknown_host_is_refused(mallory):
    assert mallory.client.get("/login", headers={"Host": "evil.example.com"}).status_code == 400


def test_a_number_too_large_for_the_database_is_simply_not_there(olive):
    assert olive.get("/orders/99999999999999999999").status == 404
