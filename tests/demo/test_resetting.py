"""The owner’s button that makes the demo new."""

from contextlib import ExitStack

import pytest
from sqlalchemy import func, select

from blueprints.auth.passwords import a_place
from models import Order, UserSession, db
from tests.people import signed_in
from tests.shop import Shop
from tests.storing import lock_held


@pytest.fixture
def carla(demo):
    return signed_in(demo, "carla")


def test_a_real_store_knows_no_reset(olive, shop):
    order = shop.order()
    assert olive.get("/demo/reset").status == 404
    assert olive.post("/demo/reset").status == 404
    assert shop.get(Order, order.id).number == order.number


@pytest.mark.parametrize("name", ["ben", "carla"])
def test_it_is_the_owners_alone(demo, name):
    order = Shop(demo).order(number="5001")
    visitor = signed_in(demo, name)
    assert visitor.get("/demo/reset").status == 403
    assert visitor.post("/demo/reset").status == 403
    assert Shop(demo).get(Order, order.id).number == "5001"


def test_only_the_owner_is_offered_it(ana, ben):
    assert ana.get("/help/").select("a[href='/demo/reset']")
    assert not ben.get("/help/").select("a[href='/demo/reset']")


def test_the_page_says_what_will_happen_and_asking_changes_nothing(ana, demo):
    Shop(demo).order(number="5001")
    page = ana.get("/demo/reset")
    assert page.h1 == "Reset the demo?"
    assert "everybody is signed out" in page.text
    assert Shop(demo).count(Order) == 121


def test_afterwards_the_demo_is_new_and_everybody_signed_out(ana, ben, demo):
    Shop(demo).order(number="5001")
    before = {session.token_hash for session in Shop(demo).all(select(UserSession)) if session.ended_at is None}
    door = ana.follow(ana.post("/demo/reset"))
    assert door.response.request.path == "/login"
    assert door.messages == ["The demo is as new. Sign in again to go on."]
    assert Shop(demo).count(Order) == 120
    assert not before & {session.token_hash for session in Shop(demo).all(select(UserSession))}
    for visitor in (ana, ben):
        assert visitor.get("/").location == "/login"


def test_it_waits_for_its_turn_where_many_sign_in_at_once(ana, demo):
    Shop(demo).order(number="5001")
    ana.get("/demo/reset")
    with ExitStack() as others:
        for _ in range(4):
            others.enter_context(a_place())
        assert ana.post("/demo/reset").status == 503
    assert Shop(demo).count(Order) == 121


def test_a_second_click_finds_the_door(ana):
    ana.get("/demo/reset")
    token = ana.token
    assert ana.post("/demo/reset").location == "/login"
    ana.token = token
    assert ana.post("/demo/reset").status in (303, 400)


def test_whoever_reads_meanwhile_reads_on_in_the_old_one(ana, demo):
    Shop(demo).order(number="5001")
    with demo.app_context():
        reader = db.engine.connect()
    with reader:
        assert numbers(reader) == 121
        assert ana.post("/demo/reset").status == 303
        assert numbers(reader) == 121
        reader.rollback()
        assert numbers(reader) == 120


def numbers(reader):
    return reader.scalar(select(func.count(Order.number)))


def test_while_somebody_saves_it_is_refused_and_nothing_changed(ana, demo):
    Shop(demo).order(number="5001")
    with lock_held(demo):
        assert ana.post("/demo/reset").status == 503
    assert Shop(demo).count(Order) == 121
    assert ana.get("/help/").status == 200


def test_the_new_demo_is_searched_and_the_old_one_not(ana, demo):
    Shop(demo).order(number="5001", customer_name="Zosimo Zaragoza")
    ana.post("/demo/reset")
    ana = signed_in(demo, "ana")
    assert "Marisol Peña" in ana.get("/orders/?q=pena").text
    assert "Zosimo Zaragoza" not in ana.get("/orders/?q=zaragoza").text
