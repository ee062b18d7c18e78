"""After signing in one lands in this store, whatever the address asked for."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.auth.landing import safe_next
from tests.people import PASSWORD

OUTSIDE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/%2f/evil.example",
    "/%2Fevil.example",
    "/%5cevil.example",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/orders/\r\nSet-Cookie: a=b",
    "/orders/%0d%0aSet-Cookie:a=b",
    "/orders/?q=a\r\nSet-Cookie: a=b",
    "/..//evil.example",
    "/orders/..//evil.example",
    "/.//evil.example",
    "@evil.example",
    "evil.example",
    "/" + "a" * 3000,
    "",
    None,
]


@pytest.mark.parametrize("target", OUTSIDE)
def test_a_target_outside_is_none(target):
    assert safe_next(target) is None


@pytest.mark.parametrize("target", ["/orders/?q=pe%C3%B1a%20sy", "/orders/?q=a//b", "/orders/7#emails", "/x@evil", "/"])
def test_a_page_of_the_store_is_kept(target):
    assert safe_next(target) == target


@given(st.text(alphabet="/\\.%2f5c@:?#\t\r\n ehx", max_size=12))
def test_whatever_is_kept_stays_on_this_host(target):
    kept = safe_next(target)
    as_a_browser_reads_it = (kept or "/").replace("\\", "/")
    assert urlsplit(urljoin("http://suki.example/login", as_a_browser_reads_it)).netloc == "suki.example"


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "/no/such/page", "/logout"])
def test_somebody_sent_elsewhere_lands_at_home(stranger, target):
    page = stranger().post("/login", email="sam@example.com", password=PASSWORD, next=target)
    assert page.response.headers["Location"] == "/"


def test_the_page_that_was_asked_for_comes_after_the_sign_in(stranger):
    visitor = stranger()
    form = visitor.follow(visitor.get("/orders/?q=maria"))
    sent = form.fields("/login") | {"email": "sam@example.com", "password": PASSWORD}
    page = visitor.post("/login", data=sent)
    assert page.response.headers["Location"] == "/orders/?q=maria"


def test_a_mistake_keeps_where_one_was_going_but_not_outside(stranger):
    visitor = stranger()
    page = visitor.post("/login", email="sam@example.com", password="wrong password", next="/orders/?q=maria")
    assert page.fields("/login")["next"] == "/orders/?q=maria"
    page = visitor.post("/login", email="sam@example.com", password="wrong password", next="//evil.example")
    assert page.fields("/login")["next"] == ""
