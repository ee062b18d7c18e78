"""Who comes in, and who does not: strangers, wrong and ended tokens, readers that write, and people with a cookie."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from blueprints import schema
from blueprints.api import routes
from blueprints.programs import Scope, scope_of
from models import (
    ApiRequest,
    ApiToken,
    Cancellation,
    Event,
    Order,
    OrderStatus,
    SignInAttempt,
    User,
    UserSession,
    base,
    db,
)
from tests.api.programs import ORDER, Answer, Program, program_of, revoke
from tests.conftest import make_app
from tests.people import PASSWORD
from tests.storing import content, lock_held, shop_of

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WELL_SHAPED = "suki_" + "x" * 43


def each_way(program, order):
    return [
        program.get("/orders"),
        program.get(f"/orders/{order.id}"),
        program.create(),
        program.cancel(order),
    ]


def test_without_a_token_that_is_good_nothing_is_said_or_done(app, shop):
    order = shop.order()
    for token in (None, "x", WELL_SHAPED, "suki_é".encode().decode("latin-1")):
        answers = each_way(Program(app, token), order)
        code = "token_wrong" if token else "token_missing"
        assert {(answer.status, answer.code) for answer in answers} == {(401, code)}
        assert all(answer.headers["WWW-Authenticate"].startswith("Bearer") for answer in answers)
    assert shop.get(Order, order.id).status is OrderStatus.PENDING
    assert shop.count(Order) == 1


def test_the_token_comes_as_a_bearer_token_or_not_at_all(program):
    for scheme in ("Basic", "Token", "suki", ""):
        headers = {"Authorization": f"{scheme} {program.token}".strip()}
        assert Program(program.app, None).get("/orders", **headers).code == "token_missing"
    assert program.client.get(f"/api/v1/orders?token={program.token}").status_code == 401


def test_a_cookie_lets_nobody_in_and_is_not_even_looked_at(app, shop, olive):
    order = shop.order()
    before = shop.first(select(UserSession)).last_seen_at
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10)):
        answers = [
            olive.client.get("/api/v1/orders"),
            olive.client.post(f"/api/v1/orders/{order.id}/cancel", json={}, headers={"Idempotency-Key": "1"}),
        ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert shop.get(Order, order.id).status is OrderStatus.PENDING
    assert shop.first(select(UserSession)).last_seen_at == before


def test_a_token_opens_no_page(program):
    for url in ("/orders/", "/settings/tokens", "/orders/export.csv"):
        assert program.client.get(url, headers={"Authorization": f"Bearer {program.token}"}).status_code == 303


def test_a_program_needs_no_form_token_and_gets_no_cookie(app, program):
    app.config["WTF_CSRF_ENABLED"] = True
    answer = program.create()
    assert answer.status == 201
    assert "Set-Cookie" not in answer.headers


def test_only_views_for_programs_go_without_a_forms_token(app):
    exempt = app.extensions["csrf"]._exempt_views
    views = app.view_functions.values()
    assert {f"{view.__module__}.{view.__name__}" for view in views if scope_of(view)} == exempt
    assert app.extensions["csrf"]._exempt_blueprints == set()
    assert {endpoint for endpoint, view in app.view_functions.items() if scope_of(view) is Scope.NOTHING} == {
        "api.description"
    }


def test_one_that_may_read_reads_and_changes_nothing(shop, reader):
    order = shop.order()
    answers = each_way(reader, order)
    assert [answer.status for answer in answers] == [200, 200, 403, 403]
    assert {answer.code for answer in answers[2:]} == {"token_may_not_write"}
    assert (shop.count(Order), shop.count(Cancellation)) == (1, 0)


def test_a_revoked_token_is_refused_from_the_next_request_on(app, shop, program):
    assert program.get("/orders").status == 200
    revoke(app)
    assert {answer.code for answer in each_way(program, shop.order())} == {"token_wrong"}
    assert shop.count(SignInAttempt) == 0


def test_when_its_maker_is_disabled_a_token_ends_and_stays_so(app, olive, shop):
    other = olive.post("/settings/users/new", email="o@example.com", name="Oscar", role="owner", password=PASSWORD * 2)
    program = program_of(app, maker="o")
    assert program.get("/orders").status == 200
    olive.post(f"{other.location}/disable")
    assert program.get("/orders").code == "token_wrong"
    olive.post(f"{other.location}/enable")
    assert program.get("/orders").code == "token_wrong"
    assert shop.first(select(ApiToken)).revoked_by_id == 1


def test_whoever_is_owner_no_more_has_no_program_either_nor_when_they_are_again(app, olive):
    other = olive.post("/settings/users/new", email="o@example.com", name="Oscar", role="owner", password=PASSWORD * 2)
    program = program_of(app, maker="o")
    for role in ("staff", "owner"):
        assert olive.post(other.location, name="Oscar", role=role).status == 303
        assert program.get("/orders").code == "token_wrong"


@pytest.mark.parametrize("change", [{"disabled_at": NINE}, {"role": "staff"}])
def test_what_became_of_the_maker_is_asked_each_time(app, shop, program, change):
    shop.change(shop.first(select(User).where(User.email == "olive@example.com")), **change)
    assert program.get("/orders").code == "token_wrong"


REVOKED = "UPDATE api_tokens SET revoked_at = '2026-11-20 01:00:00.000000'"


@pytest.mark.parametrize(
    ("what", "end"),
    [
        ("create", REVOKED),
        ("cancel", REVOKED),
        ("cancel", "UPDATE api_tokens SET may_write = false"),
        ("cancel", "UPDATE users SET disabled_at = '2026-11-20 01:00:00.000000' WHERE id = 1"),
        ("cancel", "UPDATE users SET role = 'staff' WHERE id = 1"),
    ],
    ids=["revoked before a create", "revoked", "only reads", "maker disabled", "maker no owner"],
)
def test_a_token_that_ends_while_its_request_waits_for_the_lock_changes_nothing(
    app, shop, program, monkeypatch, what, end
):
    order = shop.order()
    use_case = {"cancel": "cancel_order", "create": "add_order"}[what]
    act = getattr(routes, use_case)

    def late(*asked, **more):
        with lock_held(app) as other:  # past the door
            other.run(end)
        return act(*asked, **more)

    monkeypatch.setattr(routes, use_case, late)
    answer = program.cancel(order, key="k") if what == "cancel" else program.create(key="k")
    assert (answer.status, answer.code) == (401, "token_wrong")
    assert shop.get(Order, order.id).status is OrderStatus.PENDING
    assert (shop.count(Order), shop.count(Event), shop.count(ApiRequest)) == (1, 0, 0)


def test_wrong_tokens_are_slowed_by_address_and_good_ones_are_not(app, program):
    mallory = Program(app, WELL_SHAPED, address="10.0.0.9")
    with time_machine.travel(NINE, tick=False):
        answers = [mallory.get("/orders") for _ in range(12)]
        assert [answer.status for answer in answers] == [401] * 10 + [429] * 2
        assert (answers[-1].code, answers[-1].headers["Retry-After"]) == ("too_many_tries", "30")
        assert Program(app, WELL_SHAPED, address="10.0.0.10").get("/orders").status == 401
        assert Program(app, program.token, address="10.0.0.9").get("/orders").status == 200


def test_wrong_tokens_keep_nobody_from_signing_in(app, mallory):
    wrong = Program(app, WELL_SHAPED)
    assert {wrong.get("/orders").status for _ in range(12)} == {401, 429}
    assert mallory.post("/login", email="sam@example.com", password=PASSWORD).status == 303


def test_what_has_not_the_shape_of_a_token_costs_nothing(app, shop):
    assert {Program(app, "guess").get("/orders").status for _ in range(12)} == {401}
    assert shop.count(SignInAttempt) == 0


def test_last_use_is_noted_and_not_at_each_request(app, shop, program):
    def last_used():
        return shop.first(select(ApiToken)).last_used_at

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False) as clock:
        program.get("/orders")
        used = last_used()
        clock.shift(timedelta(minutes=1))
        program.get("/orders")
        assert last_used() == used
        clock.shift(timedelta(minutes=2))
        program.get("/orders")
        assert last_used() == used + timedelta(minutes=3)


def test_while_somebody_else_writes_programs_read_and_a_write_is_asked_to_wait(app, shop, program):
    order = shop.order()
    with lock_held(app):
        assert program.get(f"/orders/{order.id}").status == 200
        answer = program.cancel(order)
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (503, "busy", "2")
    assert shop.get(Order, order.id).status is OrderStatus.PENDING


def test_to_note_the_last_use_a_program_waits_for_nobody(app, shop, program, monkeypatch):
    order, waited, take = shop.order(), [], base._take_writer_slot
    monkeypatch.setattr(base, "_take_writer_slot", lambda *, waits: (waited.append(waits), take(waits=waits)))
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)), lock_held(app):
        assert program.get(f"/orders/{order.id}").status == 200
    assert waited == [False]


def test_before_the_store_is_set_up_programs_are_told_so(tmp_path):
    app = make_app(tmp_path)
    with app.app_context():
        schema.bring_up_to_date()
    answer = Program(app, WELL_SHAPED).get("/orders")
    assert (answer.status, answer.code) == (503, "not_set_up")
    assert Program(app, None).get("/openapi.json").status == 200
    with app.app_context():
        db.engine.dispose()


def test_what_is_not_there_is_said_in_json(program):
    for method, path, status in (
        ("GET", "/api/", 404),
        ("GET", "/api/v1/orders/", 404),
        ("GET", "/api/v1/orders/1/refund", 404),
        ("POST", "/api/v2/orders", 404),
        ("PUT", "/api/v1/orders", 405),
        ("DELETE", "/api/v1/orders/1", 405),
        ("GET", "/api/v1/orders/1/cancel", 405),
        ("TRACE", "/api/v1/openapi.json", 405),
    ):
        response = program.client.open(path, method=method, headers={"Authorization": f"Bearer {program.token}"})
        assert Answer(response).status == status, path
        assert status != 405 or response.headers["Allow"]


def test_another_host_and_another_site_are_refused_in_json(program):
    assert program.get("/orders", Host="evil.example.com").code == "host_unknown"
    assert program.post("/orders", ORDER, headers={"Origin": "https://evil.example.com"}).code == "other_site"


def test_a_failure_has_a_number_and_tells_nothing(program, monkeypatch, caplog):
    def fail(*_args, **_more):
        raise RuntimeError("Maria Santos")

    monkeypatch.setattr(routes, "find_page", fail)
    answer = program.get("/orders")
    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.json["reference"] in caplog.text
    assert "Maria" not in answer.text


def test_the_token_stands_in_no_log_and_not_in_the_database(app, shop, program, caplog):
    caplog.set_level("DEBUG")
    program.cancel(shop.order())
    Program(app, WELL_SHAPED).get("/orders")
    secret = program.token.removeprefix("suki_")
    assert secret not in caplog.text
    assert WELL_SHAPED not in caplog.text
    kept = content(shop_of(app))
    assert shop.first(select(ApiToken)).token_hash.encode() in kept
    assert secret.encode() not in kept
