"""The page Refunds: who is owed what and for how long, and the letter that asks how they want it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import time_machine
from sqlalchemy import select

from blueprints.orders import listing_refunds
from blueprints.orders.listing_refunds import RefundTab, list_refunds, total_owed
from models import PaymentStatus, Refund, Store
from tests.orders.deciding import cancel, settle, waive
from tests.pages import words

PAID = {"payment_status": PaymentStatus.PAID}
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def that_day():
    """Before anybody signs in, so that sessions are of that day too."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def owe(sam, shop):
    """Cancels a paid order, as if it had been so many days ago."""

    def one(days=0, **order):
        found = shop.order(**PAID | order)
        cancel(sam, found, notify=None)
        refund = shop.first(select(Refund).where(Refund.order_id == found.id))
        shop.change(refund, owed_at=NOW - timedelta(days=days))
        return refund

    return one


def numbers(page):
    return [cell.get_text() for cell in page.select(".r-number")]


def test_a_shop_that_owes_nothing_is_told_so(sam):
    assert "Nothing is owed back" in sam.get("/refunds/").text
    assert "Nothing was settled yet" in sam.get("/refunds/?state=settled").text
    assert "Nothing was waived" in sam.get("/refunds/?state=waived").text


def test_who_waits_longest_stands_first_with_all_that_reaches_them(sam, owe):
    owe(days=2), owe(days=9, customer_name="Juan"), owe(days=5)
    page = sam.get("/refunds/")
    assert numbers(page) == ["1002", "1003", "1001"]
    assert "1002 Juan maria@example.com 0917 123 4567 1 week" in page.text.replace("Email ", "").replace("Phone ", "")
    assert next(words(each) for each in page.select(".r-since .only-narrow")) == "owed for 1 week"
    links = [str(link["href"]) for link in page.select(".r-reach a")][:2]
    assert links == ["mailto:maria@example.com", "tel:09171234567"]


def test_the_sum_counts_what_is_left_by_currency(sam, shop, owe):
    settle(sam, owe(), amount="60")
    owe(), owe(currency="JPY", total=500, paid=500)
    assert "₱1,860.00 + ¥500 owed in all" in sam.get("/refunds/").text.replace("JP¥", "¥")


def test_the_sum_goes_no_further_than_it_may(app, owe):
    for days in (1, 2, 3):
        owe(days=days)
    with app.app_context():
        assert (total_owed().is_all, total_owed().sums[0].amount) == (True, 3 * 96000)
        assert (total_owed(most=2).is_all, total_owed(most=2).sums[0].amount) == (False, 2 * 96000)
        assert total_owed(most=3).is_all


def test_settled_and_waived_ones_leave_for_a_tab_of_their_own(sam, owe):
    owe()
    settle(sam, owe())
    waive(sam, owe(), "She took a voucher.")
    assert numbers(sam.get("/refunds/")) == ["1001"]
    assert numbers(sam.get("/refunds/?state=settled")) == ["1002"]
    assert numbers(sam.get("/refunds/?state=waived")) == ["1003"]
    assert "She took a voucher." in sam.get("/refunds/?state=waived").text


@pytest.mark.parametrize("tab", list(RefundTab))
def test_pages_hang_together_in_both_directions(app, sam, owe, tab):
    for days in (4, 3, 2, 1, 0):
        refund = owe(days=days)
        if tab is RefundTab.SETTLED:
            settle(sam, refund)
        elif tab is RefundTab.WAIVED:
            waive(sam, refund, "No.")
    with app.app_context():
        pages, after = [], None
        while True:
            found = list_refunds(tab, after=after, limit=2)
            pages.append([row.order.number for row in found.rows])
            if found.next is None:
                break
            after = found.next
        there = ["1001", "1002", "1003", "1004", "1005"]
        assert [number for page in pages for number in page] == (there if tab is RefundTab.OWED else there[::-1])
        back = list_refunds(tab, before=found.previous, limit=2)
        assert [row.order.number for row in back.rows] == pages[1]
        assert [row.order.number for row in list_refunds(tab, before=back.previous, limit=2).rows] == pages[0]


def test_the_page_offers_the_next_one(sam, owe, monkeypatch):
    monkeypatch.setattr(listing_refunds.list_refunds, "__kwdefaults__", {"before": None, "after": None, "limit": 1})
    owe(days=1), owe()
    page = sam.get("/refunds/")
    assert numbers(sam.get(str(page.one("a[rel=next]")["href"]))) == ["1002"]


@pytest.mark.parametrize("query", ["?state=gone", "?before=x", "?after=999", "?before=99999999999999999999"])
def test_an_address_that_makes_no_sense_shows_what_is_owed(sam, owe, query):
    owe()
    assert numbers(sam.get(f"/refunds/{query}")) == ["1001"]


def test_the_menu_counts_them_for_the_merchant_alone(sam, uma, owe):
    owe(), owe()
    entry = sam.get("/refunds/").one(".menu a[aria-current]")
    assert entry.get_text(" ", strip=True) == "Refunds 2 owed to customers"
    assert [link["href"] for link in sam.get("/orders/").select(".menu a")][:5] == [
        "/",
        "/orders/",
        "/refunds/",
        "/products/",
        "/support/tickets",
    ]
    assert "/refunds/" not in [link["href"] for link in uma.get("/help/").select(".menu a")]


def test_the_letter_is_ready_to_be_copied_and_to_be_sent(sam, shop, owe):
    shop.change(shop.get(Store, 1), phone="0917 000 0000")
    settle(sam, owe(customer_name="Ana & Ben? #1"), amount="60")
    page = sam.get("/refunds/1")
    letter = page.one("#letter-text").get_text().strip()
    assert letter.startswith("Hello Ana & Ben? #1,\n\nYour order 1001 is cancelled, and ₱900.00 of yours is with us.")
    assert letter.endswith("Aling Nena’s\n0917 000 0000")
    url = urlsplit(str(page.one("#letter a")["href"]))
    assert (url.scheme, url.path, url.fragment) == ("mailto", "maria@example.com", "")
    asked = {name: unquote(values[0]) for name, values in parse_qs(url.query, strict_parsing=True).items()}
    assert asked == {"subject": "Your money for order 1001", "body": letter.replace("\n", "\r\n")}


def test_how_they_want_it_is_asked_before_what_went_back_is_recorded(sam, owe):
    page = sam.get(f"/refunds/{owe().id}")
    assert [panel["id"] for panel in page.select("#ledger, #letter, #settle, #customer")] == [
        "ledger", "letter", "settle", "customer"
    ]  # fmt: skip


def test_without_an_address_the_letter_can_still_be_copied(sam, owe):
    page = sam.get(f"/refunds/{owe(customer_email=None).id}")
    assert page.select("#letter-text")
    assert not page.select("#letter a")
    assert "Nobody is emailed: no email address is on file." in page.text


def test_the_order_and_the_list_lead_there(sam, owe):
    refund = owe()
    page = sam.get(f"/orders/{refund.order_id}")
    assert page.one("#money .buttons a")["href"] == "/refunds/1"
    assert page.one("#status-area .notice a")["href"] == "/refunds/1"
    assert "Refund owed" in str(sam.get("/orders/?q=1001").one(".c-status"))
    settle(sam, refund)
    assert "Refund owed" not in str(sam.get("/orders/?q=1001").one(".c-status"))
