"""Access is opened by the merchant, for a ticket and a time, and never for longer than seven days in all."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from models import AccessWindow, Role, Store, Ticket, User, UserSession
from tests.people import PASSWORD, signed_in
from tests.shop import A_MORNING
from tests.support.conftest import mail_of, state_of
from tests.support.inside import acts, enter, open_window, window_of


@pytest.fixture
def ticket(shop, ask_to_cancel):
    return ask_to_cancel(shop.booked_order(number="1041"))


def test_support_opens_and_lengthens_nothing(uma, olive, shop, ticket):
    assert open_window(uma, ticket).status == 403
    open_window(olive, ticket, hours="1")
    window = window_of(shop, ticket)
    enter(uma, window)
    for url in (f"/support/tickets/{ticket}/window", f"/support/windows/{window.id}/extend"):
        assert uma.post(url, hours="72", scope="all").status == 403
    assert uma.post(f"/support/windows/{window.id}/revoke").status == 403
    assert window_of(shop, ticket).expires_at == window.expires_at


@pytest.mark.parametrize("hours", ["", "0", "-1", "2", "1e9", "999999999", "24.0", "٢٤", "forever"])
def test_a_time_that_is_not_in_the_list_is_refused(olive, shop, ticket, hours):
    page = open_window(olive, ticket, hours=hours)
    assert (page.status, list(page.errors)) == (422, ["hours"])
    assert shop.count(AccessWindow) == 0


@pytest.mark.parametrize("scope", ["", "everything", "ALL", "order; all"])
def test_a_scope_that_is_not_in_the_list_is_refused(olive, shop, ticket, scope):
    page = open_window(olive, ticket, scope=scope)
    assert (page.status, list(page.errors), shop.count(AccessWindow)) == (422, ["scope"], 0)


def test_a_ticket_about_no_order_limits_access_to_none(olive, shop, ask):
    page = open_window(olive, ask(), scope="order")
    assert (page.status, list(page.errors), shop.count(AccessWindow)) == (422, ["scope"], 0)


def test_opening_it_again_does_not_lengthen_it(olive, sam, shop, ticket):
    open_window(olive, ticket, hours="1")
    page = open_window(sam, ticket, hours="72")
    assert page.status == 409
    assert page.refusal.startswith("Access is open already, until")
    [window] = shop.all(select(AccessWindow))
    assert window.expires_at - window.opened_at == timedelta(hours=1)


def test_nor_does_a_clock_that_was_set_back_open_a_second_one(app, shop, ticket):
    with time_machine.travel(A_MORNING, tick=False) as clock:
        open_window(signed_in(app, "olive"), ticket, hours="1")
        clock.shift(timedelta(minutes=-20))
        assert open_window(signed_in(app, "olive"), ticket, hours="1").status == 409
    [window] = shop.all(select(AccessWindow))
    assert (window.ended_at, acts(shop, window)) == (None, ["access.opened"])


@pytest.mark.parametrize(("who", "how"), [("uma", "solve"), ("olive", "close")])
def test_a_ticket_that_is_over_gets_no_access(app, olive, shop, ticket, who, how):
    signed_in(app, who).post(f"/support/tickets/{ticket}/{how}")
    page = open_window(olive, ticket)
    assert (page.status, shop.count(AccessWindow)) == (409, 0)
    assert "so access was not opened" in page.refusal


def test_seven_days_are_the_most_in_all(app, shop, ticket):
    with time_machine.travel(A_MORNING, tick=False):
        olive = signed_in(app, "olive")
        open_window(olive, ticket, hours="72")
        url = f"/support/windows/{window_of(shop, ticket).id}/extend"
        assert [olive.post(url, hours=hours).status for hours in ("72", "24")] == [303, 303]
        page = olive.post(url, hours="1")
    assert (page.status, page.refusal) == (409, "That would be longer than 7 days in all.")
    assert "until Friday 27 November 2026, 9:30 AM at the latest" in page.text.replace("\u202f", " ")
    window = window_of(shop, ticket)
    assert window.expires_at - window.opened_at == timedelta(days=7)
    assert acts(shop, window) == ["access.opened", "access.extended", "access.extended"]


def test_what_has_ended_is_not_lengthened(olive, shop, ticket):
    open_window(olive, ticket)
    window = window_of(shop, ticket)
    olive.post(f"/support/windows/{window.id}/revoke")
    page = olive.post(f"/support/windows/{window.id}/extend", hours="1")
    assert (page.status, page.refusal) == (409, "Access has ended meanwhile, so it was not lengthened.")


def test_nor_what_is_over_by_the_clock_alone(app, shop, ticket):
    with time_machine.travel(A_MORNING, tick=False) as clock:
        open_window(signed_in(app, "olive"), ticket, hours="1")
        window = window_of(shop, ticket)
        clock.shift(timedelta(hours=3))
        page = signed_in(app, "olive").post(f"/support/windows/{window.id}/extend", hours="72")
    assert (page.status, page.refusal) == (409, "Access has ended meanwhile, so it was not lengthened.")
    assert "It ended today 10:30 AM." in page.text.replace("\u202f", " ")
    assert window_of(shop, ticket).expires_at == window.expires_at


def test_a_ticket_shows_its_own_access_and_no_other(olive, ticket, ask):
    other = ask()
    open_window(olive, ticket)
    assert olive.get(f"/support/tickets/{ticket}").select("form[action$='/extend']")
    page = olive.get(f"/support/tickets/{other}")
    assert page.select("form[action$='/window']")
    assert not page.select("form[action$='/extend']")


def test_staff_open_and_revoke_it_and_the_owner_is_mailed(sam, shop, ticket):
    assert open_window(sam, ticket, hours="4").status == 303
    window = window_of(shop, ticket)
    assert window.expires_at - window.opened_at == timedelta(hours=4)
    assert sam.post(f"/support/windows/{window.id}/revoke").status == 303
    assert window_of(shop, ticket).end == "revoked"
    for kind in ("access_opened", "access_ended"):
        [mail] = mail_of(shop, ticket, kind)
        assert (mail.recipient, "Sam Staff" in mail.text) == ("olive@example.com", True)


def test_support_is_mailed_until_when_it_may_act(app, shop, ticket):
    with time_machine.travel(A_MORNING, tick=False):
        open_window(signed_in(app, "olive"), ticket, hours="4")
    [mail] = mail_of(shop, ticket, "access_granted")
    assert (mail.recipient, mail.reply_to) == ("tulong@example.com", "nena@example.com")
    assert mail.subject == f"Ticket {ticket}, order 1041: you may act in the store"
    for body in (mail.text, mail.html):
        assert "Olive Owner of Aling Nena’s let you into the store." in body
        assert "You may act on order 1041 in the store until Friday 20 November 2026, 1:30 PM." in body.replace(
            "\u202f", " "
        )
        assert f"/support/tickets/{ticket}" in body


def test_and_once_more_when_it_is_given_more_time(app, shop, ticket):
    with time_machine.travel(A_MORNING, tick=False):
        olive = signed_in(app, "olive")
        open_window(olive, ticket, hours="4", scope="all")
        shop.change(shop.get(Ticket, ticket), state="waiting_on_merchant")
        url = f"/support/windows/{window_of(shop, ticket).id}/extend"
        drawn = window_of(shop, ticket).expires_at.isoformat()
        assert [olive.post(url, hours="1", until=drawn).status for _ in range(2)] == [303, 303]
    first, mail = mail_of(shop, ticket, "access_granted")
    assert "on all orders in the store until" in first.text
    assert "Olive Owner of Aling Nena’s gave you more time in the store." in mail.text
    assert "until Friday 20 November 2026, 2:30 PM." in mail.text.replace("\u202f", " ")
    assert state_of(shop, ticket) == "waiting_on_support"


def test_but_not_of_what_opens_or_lengthens_nothing_nor_of_an_end(olive, uma, shop, ticket):
    open_window(olive, ticket, hours="2")
    open_window(uma, ticket)
    assert mail_of(shop, ticket, "access_granted") == []
    open_window(olive, ticket, hours="72")
    open_window(olive, ticket, hours="72")
    url = f"/support/windows/{window_of(shop, ticket).id}"
    assert [olive.post(f"{url}/extend", hours=hours).status for hours in ("2", "72", "72")] == [422, 303, 409]
    olive.post(f"{url}/revoke")
    assert len(mail_of(shop, ticket, "access_granted")) == 2


def test_without_an_address_for_support_it_is_kept_and_says_so(olive, shop, ticket):
    shop.change(shop.get(Store, 1), support_email=None)
    open_window(olive, ticket)
    [mail] = mail_of(shop, ticket, "access_granted")
    assert (mail.recipient, mail.state, mail.reason) == (None, "not_sent", "no_address")


def test_where_an_order_waits_for_support_letting_it_in_comes_before_a_reply(olive, uma, shop, ticket, ask):
    def order_of(page):
        return [panel["id"] for panel in page.select("#access, #reply")]

    url = f"/support/tickets/{ticket}"
    assert order_of(olive.get(url)) == ["access", "reply"]
    assert order_of(uma.get(url)) == ["reply", "access"]  # to ask for it is all that they can do
    assert order_of(olive.get(f"/support/tickets/{ask()}")) == ["reply", "access"]
    open_window(olive, ticket)
    assert order_of(olive.get(url)) == ["reply", "access"]
    olive.post(f"/support/windows/{window_of(shop, ticket).id}/revoke")
    assert order_of(olive.get(url)) == ["access", "reply"]
    olive.post(f"{url}/close")
    assert order_of(olive.get(url))[-1] == "access"


def test_an_owner_who_is_disabled_is_mailed_nothing(olive, shop, ticket):
    shop.change(shop.get(User, 2), role=Role.OWNER, disabled_at=A_MORNING)
    open_window(olive, ticket)
    assert [mail.recipient for mail in mail_of(shop, ticket, "access_opened")] == ["olive@example.com"]


def test_revoking_twice_ends_it_once(olive, sam, shop, ticket):
    open_window(olive, ticket)
    window = window_of(shop, ticket)
    assert [who.post(f"/support/windows/{window.id}/revoke").status for who in (olive, sam)] == [303, 303]
    assert acts(shop, window) == ["access.opened", "access.revoked"]
    assert window_of(shop, ticket).ended_by_id == window.opened_by_id


def test_revoked_in_the_moment_of_its_end_it_has_expired(app, shop, ticket):
    with time_machine.travel(A_MORNING, tick=False) as clock:
        olive = signed_in(app, "olive")
        open_window(olive, ticket, hours="1")
        clock.shift(timedelta(hours=1))
        olive.post(f"/support/windows/{window_of(shop, ticket).id}/revoke")
    window = window_of(shop, ticket)
    assert (window.end, window.ended_at, window.ended_by_id) == ("expired", window.expires_at, None)


def test_after_its_end_it_can_be_opened_anew(app, olive, shop, ticket):
    with time_machine.travel(A_MORNING, tick=False) as clock:
        olive = signed_in(app, "olive")
        open_window(olive, ticket, hours="1")
        clock.shift(timedelta(hours=1))
        assert open_window(olive, ticket, hours="1").status == 303
    assert [window.end for window in shop.all(select(AccessWindow))] == ["expired", None]


def test_all_orders_ask_for_the_password_unless_it_was_given_a_moment_ago(app, shop, ask):
    ticket = ask()
    with time_machine.travel(A_MORNING + timedelta(days=9), tick=False) as clock:
        olive = signed_in(app, "olive")
        clock.shift(timedelta(minutes=11))
        page = open_window(olive, ticket, hours="4", scope="all")
        assert (page.location, shop.count(AccessWindow)) == ("/confirm", 0)
        page = olive.follow(page)
        assert olive.post("/confirm", password="wrong one", next=page.value("next")).status == 422
        page = olive.follow(olive.post("/confirm", password=PASSWORD, next=page.value("next")))
        assert (page.value("scope"), page.value("hours")) == ("all", "4")
        assert open_window(olive, ticket, hours="4", scope="all").status == 303
    assert window_of(shop, ticket).scope == "all"


def test_more_time_for_all_orders_asks_for_the_password_and_keeps_how_much(app, shop, ask):
    ticket = ask()
    with time_machine.travel(A_MORNING + timedelta(days=9), tick=False) as clock:
        olive = signed_in(app, "olive")
        open_window(olive, ticket, hours="4", scope="all")
        window = window_of(shop, ticket)
        clock.shift(timedelta(minutes=11))
        page = olive.post(f"/support/windows/{window.id}/extend", hours="72")
        assert (page.location, window_of(shop, ticket).expires_at) == ("/confirm", window.expires_at)
        page = olive.follow(page)
        page = olive.follow(olive.post("/confirm", password=PASSWORD, next=page.value("next")))
        fold = page.one("details:has(form[action$='/extend'])")
        assert fold.has_attr("open")
        assert fold.select_one("input[name=hours][checked]")["value"] == "72"
        assert olive.post(f"/support/windows/{window.id}/extend", hours="72").status == 303
    assert window_of(shop, ticket).expires_at == window.expires_at + timedelta(hours=72)


def test_one_order_asks_for_no_password(app, shop, ask_to_cancel):
    order = shop.booked_order()
    with time_machine.travel(A_MORNING + timedelta(days=9), tick=False) as clock:
        olive = signed_in(app, "olive")
        clock.shift(timedelta(minutes=11))
        ticket = ask_to_cancel(order, by=olive)
        assert open_window(olive, ticket, hours="4").location == f"/support/tickets/{ticket}"
        window = window_of(shop, ticket)
        assert olive.post(f"/support/windows/{window.id}/extend", hours="72").status == 303
    assert window_of(shop, ticket).expires_at == window.expires_at + timedelta(hours=72)


def test_guesses_at_the_password_are_slowed(olive, shop):
    answers = [olive.post("/confirm", password="wrong").status for _ in range(11)]
    assert (answers[0], answers[-1]) == (422, 429)
    assert not [one for one in shop.all(select(UserSession)) if one.confirmed_at]


def test_the_password_leads_nowhere_else(olive):
    assert olive.post("/confirm", password=PASSWORD, next="https://evil.example").location == "/help/"


def test_a_window_ends_with_its_ticket(olive, uma, shop, ticket):
    open_window(olive, ticket)
    uma.post(f"/support/tickets/{ticket}/solve")
    assert (state_of(shop, ticket), window_of(shop, ticket).end) == ("solved", "solved")


def test_more_time_is_given_once_by_a_form_that_is_sent_twice(olive, sam, shop, ask_to_cancel):
    ticket = ask_to_cancel(shop.booked_order())
    open_window(olive, ticket, hours="1")
    window = window_of(shop, ticket)
    url, page = f"/support/windows/{window.id}/extend", f"/support/tickets/{ticket}"
    fields, hers = (visitor.get(page).fields(url) | {"hours": "24"} for visitor in (olive, sam))
    for _click in range(2):
        assert olive.post(url, data=fields).status == 303
    assert window_of(shop, ticket).expires_at == window.expires_at + timedelta(hours=24)
    refused = sam.post(url, data=hers | {"hours": "4"})
    assert (refused.status, "Support has more time already" in refused.refusal) == (409, True)
    assert sam.post(url, data=refused.fields(url) | {"hours": "4"}).status == 303
    assert window_of(shop, ticket).expires_at == window.expires_at + timedelta(hours=28)
    assert acts(shop, window) == ["access.opened", "access.extended", "access.extended"]


@pytest.mark.parametrize("until", ["", "soon", "2026-11-26T10:00", "x" * 5000])
def test_more_time_is_given_to_a_program_that_says_no_moment(olive, shop, ask_to_cancel, until):
    ticket = ask_to_cancel(shop.booked_order())
    open_window(olive, ticket, hours="1")
    window = window_of(shop, ticket)
    assert olive.post(f"/support/windows/{window.id}/extend", hours="4", until=until).status == 303
    assert window_of(shop, ticket).expires_at == window.expires_at + timedelta(hours=4)


def test_whoever_lets_support_in_is_waited_on_no_longer(olive, uma, shop, ask_to_cancel):
    ticket = ask_to_cancel(shop.booked_order())
    uma.post(f"/support/tickets/{ticket}/reply", body="Please let us in")
    assert state_of(shop, ticket) == "waiting_on_merchant"
    open_window(olive, ticket)
    assert state_of(shop, ticket) == "waiting_on_support"


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"])
def test_a_moment_at_the_end_of_all_calendars_lengthens_nothing(olive, shop, ask_to_cancel, until):
    ticket = ask_to_cancel(shop.booked_order())
    open_window(olive, ticket, hours="1")
    window = window_of(shop, ticket)
    page = olive.post(f"/support/windows/{window.id}/extend", hours="72", until=until)
    assert (page.status, "Support has more time already" in page.refusal) == (409, True)
    assert window_of(shop, ticket).expires_at == window.expires_at
