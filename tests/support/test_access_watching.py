"""The merchant sees who let support in, for what, how it ended, and all that support saw and did."""

import pytest

from blueprints.support import watching
from tests.pages import words
from tests.support.inside import enter, filled_in, open_window, window_of


@pytest.fixture
def order(shop):
    return shop.booked_order(number="1041")


@pytest.fixture
def window(shop, ask_to_cancel, order):
    return window_of(shop, ask_to_cancel(order, open_window="y", hours="4"))


def told(page):
    return [words(line.p) for line in page.select("ol.history li")]


def test_support_does_not_watch_itself(uma, window):
    enter(uma, window)
    assert [uma.get(url).status for url in ("/support/access", f"/support/windows/{window.id}")] == [403, 403]


def test_a_window_that_is_not_there(olive):
    for number in ("0", "99", "-1", "9223372036854775808"):
        assert olive.get(f"/support/windows/{number}").status == 404
        assert olive.post(f"/support/windows/{number}/revoke").status == 404
        assert olive.post(f"/support/windows/{number}/extend", hours="1").status == 404


def test_before_anybody_was_let_in_the_page_says_how(olive):
    page = olive.get("/support/access")
    assert "Support has never been let in" in page.text


def test_its_end_stands_before_what_was_done_in_it_and_opening_leads_to_the_answer(olive, window):
    for address in ("/support/access", f"/support/windows/{window.id}"):
        text = olive.get(address).one("main").get_text()
        assert text.index("Open until") < text.index("Revoke") < text.index("opened access for support"), address
    olive.post(f"/support/windows/{window.id}/revoke")
    answer = open_window(olive, window.ticket_id)
    assert answer.response.location == f"/support/tickets/{window.ticket_id}", "not further down"


def test_each_look_and_act_stands_there_as_it_happens(olive, uma, window, order):
    assert told(olive.get("/support/access"))[0] == "Olive Owner opened access for support."
    enter(uma, window)
    assert told(olive.get("/support/access"))[0] == "Uma Support entered the store."
    url, fields = filled_in(uma, order)
    assert told(olive.get("/support/access"))[0].startswith("Uma Support looked at order 1041.")
    uma.post(url, **fields, solve="y")
    lines = told(olive.get("/support/access"))
    assert lines[0] == "Support’s access ended with the ticket."
    assert lines[1].startswith("Uma Support cancelled order 1041.")
    assert lines[2].startswith("Uma Support noted that the courier cancelled its booking of order 1041.")


def test_an_open_window_is_read_again_by_itself_and_a_closed_one_is_not(olive, window):
    assert olive.get("/support/access").select("#windows[data-refresh-seconds]")
    assert olive.get(f"/support/windows/{window.id}").select("#acts[data-refresh-seconds]")
    olive.post(f"/support/windows/{window.id}/revoke")
    assert not olive.get("/support/access").select("[data-refresh-seconds]")
    assert not olive.get(f"/support/windows/{window.id}").select("[data-refresh-seconds]")


def test_it_says_who_opened_it_and_how_it_ended(olive, sam, window):
    sam.post(f"/support/windows/{window.id}/revoke")
    facts = words(olive.get("/support/access").one("dl.facts"))
    assert "Ticket 1" in facts
    assert "Order 1041 only" in facts
    assert "by Olive Owner" in facts
    assert "revoked by Sam Staff" in facts


def test_everything_stands_on_the_windows_own_page_however_much_it_is(olive, uma, window, monkeypatch):
    monkeypatch.setattr(watching, "ACTS_SHOWN", 2)
    monkeypatch.setattr(watching, "ACTS_PAGE", 3)
    for _ in range(2):
        enter(uma, window)
        uma.post(f"/support/windows/{window.id}/leave")
    page = olive.get("/support/access")
    assert len(told(page)) == 2
    assert page.select(f"a[href='/support/windows/{window.id}']")
    first = olive.get(f"/support/windows/{window.id}")
    older = olive.get(first.one("a[rel=next]")["href"])
    assert len(told(first) + told(older)) == 5
    assert told(older)[-1] == "Olive Owner opened access for support."


def test_the_banner_stands_on_every_page_of_the_merchant_and_revokes(olive, sam, window):
    for who in (olive, sam):
        banner = words(who.get("/help/").one(".banner-access"))
        assert banner.startswith("Support can act on order 1041 until")
    answer = olive.post(f"/support/windows/{window.id}/revoke")
    assert answer.response.location == "/support/access", "from its top, where the answer stands"
    page = olive.follow(answer)
    assert page.messages == ["Support’s access has ended. Nothing more can be done in it."]
    assert not page.select(".banner-access")


def test_with_several_windows_the_widest_is_named_first(olive, window, ask):
    open_window(olive, ask(), hours="1", scope="all")
    banner = words(olive.get("/help/").one(".banner-access"))
    assert "Support can act on all orders until" in banner
    assert "Access is open for 1 more ticket." in banner
