"""The list of tickets: what waits on whom, for how long, and how to find one."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from models import Ticket, TicketKind, TicketState, writing
from tests.shop import A_MORNING


def numbers(page) -> list[int]:
    return [int(link["href"].rpartition("/")[2]) for link in page.select(".tickets .row-link")]


@pytest.fixture
def many(shop):
    """Tickets from 1 on; the older, the shorter it has waited."""

    def make(count: int, state: TicketState = TicketState.OPEN) -> None:
        with shop.app.app_context(), writing() as session:
            for number in range(count):
                ticket = Ticket(
                    kind=TicketKind.GENERAL,
                    state=state,
                    waiting_since=A_MORNING - timedelta(hours=number),
                    opened_at=A_MORNING,
                    solved_at=A_MORNING if state in (TicketState.SOLVED, TicketState.CLOSED) else None,
                    subject=f"Question {number}",
                    reason="Why?",
                    opened_by_id=1,
                )
                session.add(ticket)
                session.flush()
                ticket.make_findable()

    return make


def test_a_stranger_sees_no_list(mallory):
    assert mallory.get("/support/tickets?q=1").location == "/login"


def test_an_empty_list_says_what_to_do(olive, uma):
    assert olive.get("/support/tickets").select(".empty a[href='/support/tickets/new']")
    page = uma.get("/support/tickets")
    assert "Nobody is waiting for support" in page.text
    assert "only while the merchant lets you in" in page.text
    assert not page.select("a[href='/support/tickets/new'], a[href^='/orders']")


def test_every_merchant_and_support_see_all_tickets(sam, uma, shop, ask, ask_to_cancel):
    ask()
    ask_to_cancel(shop.booked_order())
    assert numbers(sam.get("/support/tickets")) == numbers(uma.get("/support/tickets")) == [2, 1]


def test_it_says_who_waits_on_whom_and_for_how_long(olive, uma, shop, ask):
    ticket = ask()
    uma.post(f"/support/tickets/{ticket}/reply", body="Which one?")
    shop.change(shop.get(Ticket, ticket), waiting_since=shop.get(Ticket, ticket).opened_at - timedelta(hours=3))
    assert "Waiting on you for 3 hours" in olive.get("/support/tickets").text
    assert "Waiting on the merchant for 3 hours" in uma.get("/support/tickets").text


@pytest.mark.parametrize(
    ("tab", "found"),
    [
        ("open", [3, 2, 1]),
        ("waiting_on_support", [1, 3]),
        ("waiting_on_merchant", [2]),
        ("solved", [4]),
        ("closed", [5]),
        ("all", [5, 4, 3, 2, 1]),
        ("nonsense", [3, 2, 1]),
        ("mine", [3, 2, 1]),
    ],
)
def test_states_are_tabs(olive, many, tab, found):
    for state in TicketState.OPEN, TicketState.WAITING_ON_MERCHANT, TicketState.WAITING_ON_SUPPORT:
        many(1, state)
    many(1, TicketState.SOLVED)
    many(1, TicketState.CLOSED)
    assert numbers(olive.get(f"/support/tickets?state={tab}")) == found


def test_an_agent_finds_what_they_took(uma, ask):
    ask()
    uma.post(f"/support/tickets/{ask()}/assign", assignee="3")
    assert numbers(uma.get("/support/tickets?state=mine")) == [2]


@pytest.mark.parametrize("tab", ["open", "waiting_on_support"])
def test_pages_follow_one_another_without_gaps(uma, many, tab):
    many(120)
    page, seen = uma.get(f"/support/tickets?state={tab}"), []
    while True:
        seen += numbers(page)
        following = page.select(".pager-next")
        if not following:
            break
        page = uma.get(following[0]["href"])
    assert seen == list(range(120, 0, -1))
    back = uma.get(page.one(".pager [rel=prev]")["href"])
    assert numbers(back) == list(range(70, 20, -1))
    assert numbers(uma.get(back.one(".pager [rel=prev]")["href"])) == list(range(120, 70, -1))


@pytest.mark.parametrize("cursor", ["after=0", "before=99999999999999999999", "after=x", "before=-1", "after=1e3"])
def test_a_cursor_that_leads_nowhere_is_the_first_page(olive, ask, cursor):
    ask()
    assert numbers(olive.get(f"/support/tickets?{cursor}")) == [1]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1041", [1]),
        ("#1041", [1]),
        ("dela cruz", [1]),
        ("PENA", [2]),
        ("Sy", [2]),
        ("fire printer", [3]),
        ("rint", [3]),
        ("2", [2]),
        ("#3", [3]),
        ("ticket 3", [3]),
        ("nobody", []),
    ],
)
def test_search_finds_number_subject_order_and_customer(sam, shop, ask, ask_to_cancel, typed, found):
    ask_to_cancel(shop.booked_order(number="1041", customer_name="Juan Dela Cruz"))
    ask_to_cancel(shop.booked_order(number="5099", customer_name="Marisol Peña Sy"))
    ask("The printer is on fire")
    assert numbers(sam.get(f"/support/tickets?q={typed.replace('#', '%23')}")) == found


def test_the_ticket_itself_stands_before_others_with_its_number(uma, shop, ask, ask_to_cancel):
    ask()
    ask_to_cancel(shop.booked_order(number="1999"))
    assert numbers(uma.get("/support/tickets?q=1")) == [1, 2]


def test_search_looks_in_every_state_unless_one_is_chosen(uma, ask):
    uma.post(f"/support/tickets/{ask()}/solve")
    assert numbers(uma.get("/support/tickets?q=printer")) == [1]
    assert numbers(uma.get("/support/tickets?q=printer&state=open")) == []


@pytest.mark.parametrize("typed", ['"', "*", "a AND", "x:1", "NEAR(", "-a", "(", "''", "%00", "%ff", "%", "_", "{a} :"])
def test_nothing_that_is_typed_is_a_command(olive, ask, typed):
    ask()
    page = olive.get(f"/support/tickets?q={typed}")
    assert page.status == 200


def test_no_match_says_what_can_be_searched(sam):
    page = sam.get("/support/tickets?q=<b>zebra</b>")
    assert "No ticket matches “<b>zebra</b>”" in page.text
    assert page.value("q") == "<b>zebra</b>"


@pytest.mark.sqlite
def test_a_search_reads_the_index_and_not_every_ticket(app, many):
    many(3)
    with app.app_context():
        from blueprints.support.finding import Search, Tab, _matching, _within
        from models import SYSTEM, db

        query = Ticket.__table__.select().where(*_within(Tab.ALL, SYSTEM), *_matching(Search.of("question")))
        literal = query.compile(db.engine, compile_kwargs={"literal_binds": True})
        plan = " ".join(row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {literal}")))
    assert "SCAN tickets" not in plan
    assert "VIRTUAL TABLE INDEX" in plan


def test_the_menu_counts_what_waits_on_whoever_looks(olive, uma, ask):
    def menu(visitor) -> str:
        return visitor.get("/help/").one(".menu a[href='/support/tickets']").get_text(" ", strip=True)

    assert (menu(olive), menu(uma)) == ("Support", "Support")
    ticket = ask()
    assert (menu(olive), menu(uma)) == ("Support", "Support 1 waiting for an answer")
    uma.post(f"/support/tickets/{ticket}/reply", body="Which one?")
    assert (menu(olive), menu(uma)) == ("Support 1 waiting for an answer", "Support")
