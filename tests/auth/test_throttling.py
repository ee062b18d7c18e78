"""Guessing gets slower and slower; whoever has the right password and an address of their own gets in at once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from blueprints import background
from blueprints.slowing import network_of
from models import SignInAttempt
from tests.auth.phones import give_phone
from tests.people import PASSWORD

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


def guess(visitor, email="sam@example.com", password="wrong password"):
    return visitor.post("/login", email=email, password=password)


def test_a_hundred_guesses_cost_ten_hashes(stranger, hashes, clock):
    mallory = stranger("10.0.0.9")
    answers = [guess(mallory).status for _ in range(100)]
    assert answers == [422] * 10 + [429] * 90
    assert len(hashes) == 10


def test_the_slowed_answer_says_how_long_and_keeps_the_email(stranger, clock):
    mallory = stranger("10.0.0.9")
    page = [guess(mallory) for _ in range(11)][-1]
    assert page.h1 == "Sign in"
    assert page.value("email") == "sam@example.com"
    assert page.response.headers["Retry-After"] == "30"
    assert "Wait 30 seconds, then try again." in page.text


def test_ten_guesses_at_different_accounts_count_as_well(stranger, hashes, clock):
    mallory = stranger("10.0.0.9")
    answers = [
        guess(mallory, email=f"{name}@example.com", password="wrong").status for name in ["sam"] * 5 + ["uma"] * 6
    ]
    assert answers == [422] * 10 + [429]


def test_the_owner_gets_in_at_once_from_another_address(stranger, clock):
    for number in range(4):
        mallory = stranger(f"10.0.0.{number}")
        for _ in range(11):
            guess(mallory)
    page = guess(stranger("203.0.113.7"), password=PASSWORD)
    assert page.status == 303


def test_an_account_that_is_guessed_at_from_everywhere_gives_each_address_two_tries(stranger, hashes, clock):
    for number in range(15):
        mallory = stranger(f"10.0.0.{number}")
        guess(mallory), guess(mallory)
    late = stranger("10.0.1.1")
    assert [guess(late).status for _ in range(4)] == [422, 422, 429, 429]
    assert guess(late, email="uma@example.com").status == 422


def test_each_wait_is_twice_the_one_before_and_none_is_for_good(stranger, clock):
    mallory = stranger("10.0.0.9")
    for _ in range(10):
        guess(mallory)
    waits = []
    for _ in range(7):
        waits.append(int(guess(mallory).response.headers["Retry-After"]))
        clock.shift(timedelta(seconds=waits[-1] + 1))
        assert guess(mallory).status == 422
    assert waits == [30, 60, 120, 240, 480, 900, 900]


def test_after_the_wait_the_right_password_opens(stranger, clock):
    sam = stranger("10.0.0.9")
    for _ in range(11):
        guess(sam)
    assert guess(sam, password=PASSWORD).status == 429
    clock.shift(timedelta(seconds=31))
    assert guess(sam, password=PASSWORD).status == 303


def test_a_success_forgets_the_mistakes_before_it(stranger, shop, clock):
    sam = stranger("10.0.0.9")
    for _ in range(9):
        guess(sam)
    assert guess(sam, password=PASSWORD).status == 303
    assert shop.count(SignInAttempt) == 0


def test_signing_in_to_ones_own_account_frees_no_guesses_at_another(stranger, shop, clock):
    uma = stranger("10.0.0.9")
    for _ in range(9):
        guess(uma)
    assert guess(uma, email="uma@example.com", password=PASSWORD).status == 303
    assert shop.count(SignInAttempt) == 9


def test_a_right_code_frees_no_guesses_but_those_at_it(app, shop, stranger, clock):
    phones = {name: give_phone(app, name) for name in ("sam", "olive")}
    thief, olive = stranger("10.0.0.9"), stranger("10.0.0.8")
    for visitor, name in ((thief, "sam"), (olive, "olive")):
        visitor.follow(guess(visitor, f"{name}@example.com", PASSWORD))
    assert [thief.post("/login/code", code=phones["sam"].wrong_code).status for _ in range(5)] == [422] * 5
    guess(stranger("10.0.0.7"), "olive@example.com")
    assert olive.post("/login/code", code=phones["olive"].wrong_code).status == 422
    assert olive.post("/login/code", code=phones["olive"].code()).status == 303
    assert shop.count(SignInAttempt) == 6
    assert thief.post("/login/code", code=phones["sam"].wrong_code).status == 429


def test_guesses_are_forgotten_after_an_hour(stranger, shop, clock):
    mallory = stranger("10.0.0.9")
    for _ in range(10):
        guess(mallory)
    clock.shift(timedelta(minutes=61))
    assert guess(mallory).status == 422
    assert shop.count(SignInAttempt) == 1


def test_they_are_forgotten_though_nobody_signs_in_again(app, stranger, shop, clock):
    guess(stranger("10.0.0.9"))
    for minutes, left in ((59, 1), (2, 0)):
        clock.shift(timedelta(minutes=minutes))
        background.run_once(app)
        assert shop.count(SignInAttempt) == left


def test_a_clock_that_was_set_back_locks_nobody_out(stranger, clock):
    sam = stranger("10.0.0.9")
    for _ in range(11):
        guess(sam)
    clock.shift(timedelta(days=-1))
    sam.get("/login")
    assert guess(sam, password=PASSWORD).status == 303


def test_asking_for_links_is_slowed_apart_from_guessing(stranger, clock):
    mallory = stranger("10.0.0.9")
    answers = [mallory.post("/password/forgot", email=f"{number}@example.com").status for number in range(7)]
    assert answers == [303] * 5 + [429] * 2
    assert [guess(mallory).status for _ in range(10)] == [422] * 10


def test_an_ipv6_neighbourhood_counts_as_one_address():
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:10.0.0.9") == "10.0.0.9"


def test_an_address_that_is_none_breaks_no_line_of_the_log():
    assert network_of("evil\r\nlogin ok user=1") == "unknown"
