"""A program that got no answer asks again, and nothing happens twice: not at once, nor after a crash, nor later."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from blueprints.api import answering_once, routes
from models import ApiRequest, Cancellation, Order, OrderStatus, PaymentStatus, Reason, Refund, writing
from models.base import DatabaseBusy
from models.postgresql import triggers_in_its_words
from tests.api.programs import program_of
from tests.orders.books import undo
from tests.storing import ON_POSTGRES

PAID = {"payment_status": PaymentStatus.PAID}


def effects(shop):
    return shop.count(Cancellation), shop.count(Refund), len(shop.emails())


ONE_CANCEL = (1, 1, 1)


@pytest.fixture
def order(shop):
    return shop.order(**PAID)


def same(answers):
    return len({(answer.status, answer.text, answer.headers.get("Location")) for answer in answers}) == 1


def test_the_same_request_has_the_same_answer(shop, program, order):
    answers = [program.cancel(order, key="k", note="Sold out.") for _ in range(3)]
    assert answers[0].status == 200
    assert same(answers)
    assert effects(shop) == ONE_CANCEL


def test_the_order_of_its_fields_and_its_spaces_make_no_other_request(shop, program, order):
    url = f"/orders/{order.id}/cancel"
    answers = [
        program.post(url, key="k", data=body, content_type="application/json")
        for body in ('{"note":"No", "fee":100}', '{ "fee" : 100.0, "note" : "N\\u006f" }')
    ]
    assert same(answers)
    assert effects(shop) == ONE_CANCEL


def test_a_key_stands_for_one_request_only(shop, program, order):
    other = shop.order(**PAID)
    program.cancel(order, key="k")
    for answer in (program.cancel(order, key="k", note="x"), program.cancel(other, key="k"), program.create(key="k")):
        assert (answer.status, answer.code) == (409, "key_reused")
    assert effects(shop) == ONE_CANCEL
    assert shop.count(Order) == 2


def test_another_programs_key_is_another_key(app, shop, program, order):
    program.cancel(order, key="k")
    assert program_of(app, name="Other").cancel(order, key="k").code == "already_cancelled"
    assert effects(shop) == ONE_CANCEL


def test_the_first_answer_stands_whatever_has_become_of_it(sam, shop, program, order):
    reason = shop.get(Reason, 1)
    first = program.cancel(order, key="k", reason=reason.label)
    undo(sam, order)
    shop.change(reason, active=False)
    assert program.cancel(order, key="k", reason=reason.label).text == first.text
    assert shop.get(Order, order.id).status is OrderStatus.PENDING


def test_a_refusal_is_not_kept(shop, program):
    order = shop.booked_order()
    assert program.cancel(order, key="k").status == 409
    assert shop.count(ApiRequest) == 0
    shop.change(order, booking_integrated=False)
    assert program.cancel(order, key="k").status == 200


def test_eight_at_once_are_one(app, shop, program, order):
    start = threading.Barrier(8)

    def ask():
        start.wait(timeout=30)
        for _ in range(20):
            answer = program_again(program).cancel(order, key="k", note="Sold out.")
            if answer.status != 503:
                return answer
        raise AssertionError("busy for too long")

    with ThreadPoolExecutor(8) as pool:
        answers = [answer.result(timeout=60) for answer in [pool.submit(ask) for _ in range(8)]]
    assert answers[0].status == 200
    assert same(answers)
    assert effects(shop) == ONE_CANCEL
    assert shop.count(ApiRequest) == 1


def program_again(program):
    """The same program by another connection."""
    return type(program)(program.app, program.token)


def test_an_answer_that_never_arrived_is_had_by_asking_again(shop, program, order, monkeypatch):
    """The process ends after the commit, before a byte of its answer has left."""
    monkeypatch.setattr(routes, "_answer", lambda _answer: 1 / 0)
    assert program.cancel(order, key="k").status == 500
    monkeypatch.undo()
    answer = program.cancel(order, key="k")
    assert (answer.status, answer.json["status"]) == (200, "cancelled")
    assert effects(shop) == ONE_CANCEL


@pytest.mark.parametrize("what", ["cancel", "create"])
def test_what_cannot_be_kept_is_not_done(app, shop, program, order, what):
    """Answer and change are one transaction: there is no moment at which one of them is there alone."""
    no = "CREATE TRIGGER no BEFORE INSERT ON api_requests BEGIN SELECT RAISE(ABORT, 'no'); END"
    with app.app_context(), writing() as session:
        for statement in triggers_in_its_words(no) if ON_POSTGRES else [no]:
            session.execute(text(statement))
    answer = program.cancel(order, key="k") if what == "cancel" else program.create(key="k")
    assert answer.status == 500
    assert effects(shop) == (0, 0, 0)
    assert shop.count(Order) == 1


def test_a_busy_store_is_asked_again(shop, program, order, monkeypatch):
    def busy(*_asked, **_more):
        raise DatabaseBusy

    monkeypatch.setattr(routes, "cancel_order", busy)
    assert program.cancel(order, key="k").code == "busy"
    monkeypatch.undo()
    assert program.cancel(order, key="k").status == 200
    assert effects(shop) == ONE_CANCEL


def test_a_create_with_a_key_adds_one_order(shop, program):
    product = shop.product(on_hand=10)
    answers = [program.create(key="k") for _ in range(3)]
    assert (answers[0].status, answers[0].headers["Location"]) == (201, "/api/v1/orders/1")
    assert same(answers)
    assert (shop.count(Order), shop.on_hand(product)) == (1, 8)


def test_a_create_without_a_key_is_told_that_the_number_is_taken(shop, program):
    assert [program.create().status for _ in range(2)] == [201, 409]
    assert shop.count(Order) == 1


def test_answers_are_kept_for_two_days(shop, program, order):
    now = datetime.now(UTC)
    with time_machine.travel(now, tick=False) as clock:
        first = program.cancel(order, key="k")
        clock.shift(timedelta(hours=47))
        assert program.create(key="other").status == 201
        assert program.cancel(order, key="k").text == first.text
        clock.shift(timedelta(hours=2))
        assert program.create(key="later", number="5002").status == 201
        assert [kept.key for kept in shop.all(select(ApiRequest).order_by(ApiRequest.id))] == ["other", "later"]
        assert program.cancel(order, key="k").code == "already_cancelled"


def test_old_answers_are_forgotten_a_few_at_a_time(monkeypatch, shop, program):
    monkeypatch.setattr(answering_once, "FORGOTTEN_AT_ONCE", 1)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for number in ("1", "2", "3"):
            program.create(key=number, number=number)
        clock.shift(timedelta(days=3))
        program.create(key="4", number="4")
    assert [kept.key for kept in shop.all(select(ApiRequest).order_by(ApiRequest.id))] == ["2", "3", "4"]
