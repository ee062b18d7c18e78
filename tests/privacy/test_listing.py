"""What was erased so far: by numbers alone, so that it can be erased anew once a backup was put back."""

from datetime import timedelta

import time_machine

from blueprints import clock
from models import ErasedOrder, Erasure, writing
from tests.orders.watching import statements
from tests.pages import words
from tests.privacy.customers import HERE, bring_to_an_end, erase
from tests.shop import A_MORNING


def listed(page):
    return [", ".join(words(each) for each in line.select("li")) for line in page.select("#erased .links")]


def ask_and_close(app, olive, subject):
    answer = olive.post("/support/tickets/new", subject=subject, reason="They do not pay")
    ticket = int(answer.location.rpartition("/")[2])
    olive.post(f"/support/tickets/{ticket}/close")
    bring_to_an_end(app)
    return ticket


def add_erasures(app, order, many):
    """The same order's, of which more was written again and again."""
    with app.app_context(), writing() as session:
        for turn in range(many):
            at = A_MORNING + timedelta(minutes=turn)
            erasure = Erasure(at=at, user_id=1, tickets=0, once=f"{many}, {turn}")
            erasure.orders = [ErasedOrder(order_id=order.id)]
            session.add(erasure)


def test_each_question_is_named_and_leads_to_its_page(app, olive):
    one, other, third = (ask_and_close(app, olive, subject) for subject in ("Ana", "Ben", "Cai"))
    erase(olive, [], (one, third))
    erase(olive, [], (other,))
    page = olive.get(HERE)
    assert listed(page) == [f"Ticket {other}", f"Ticket {one}, Ticket {third}"]
    links = [link["href"] for link in page.select("#erased li a")]
    assert links == [f"/support/tickets/{ticket}" for ticket in (other, one, third)]


def test_of_two_erasures_in_one_moment_each_has_its_own_questions(app, olive):
    one, other = (ask_and_close(app, olive, subject) for subject in ("Ana", "Ben"))
    with time_machine.travel(clock.now(), tick=False):
        erase(olive, [], (one,))
        erase(olive, [], (other,))
    assert listed(olive.get(HERE)) == [f"Ticket {other}", f"Ticket {one}"]


def test_tickets_about_the_orders_go_with_these_and_are_counted(app, olive, orders):
    question = ask_and_close(app, olive, "She")
    erase(olive, orders, (question,))
    numbers = ", ".join(f"Order {order.number}" for order in orders)
    assert listed(olive.get(HERE)) == [f"{numbers}, (1 ticket), Ticket {question}"]


def test_however_many_there_are_all_can_be_seen(app, olive, orders):
    add_erasures(app, orders[0], 50)
    page = olive.get(HERE)
    assert (len(listed(page)), page.select("#erased .pager")) == (50, [])
    add_erasures(app, orders[1], 1)
    page = olive.get(HERE)
    assert (len(listed(page)), listed(page)[0]) == (50, f"Order {orders[1].number}")
    page = olive.get(page.one("#erased .pager-next")["href"])
    assert (listed(page), page.select("#erased .pager")) == ([f"Order {orders[0].number}"], [])


def test_the_page_asks_as_often_for_many_as_for_one(app, olive, orders):
    costs = []
    for many in (1, 31):
        add_erasures(app, orders[0], many)
        erase(olive, [], (ask_and_close(app, olive, "Ana"),))
        with statements(app) as seen:
            assert len(listed(olive.get(HERE))) > many
        costs.append(len(seen))
    assert costs[0] == costs[1]
