"""Every route, asked by everybody, in every way: nobody gets what is not theirs, and nobody is refused what is.

Who may use what stands in support/test_matrix.py, where each role is tried on each route in the usual way. Here come
the unusual ones: methods that no form sends, headers that would make one method another, ids that are none, and fields
that no form has.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count

import pytest
from flask import Response

from blueprints import errors
from blueprints.access import Right
from tests.support.test_matrix import ABSENT, ACTORS, TABLE, Actor, cells, expected, made, wrong

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method")
NO_IDS = ("0", "-1", "4242", str(2**63), str(2**64), "1e3", "٣", "1%00", "1 or 1=1")
# What a form might be talked into: columns of the tables that its route writes.
EXTRA = {
    "id": "999", "order_id": "1", "user_id": "1", "actor": "1", "role": "owner", "is_demo": "1", "window_id": "1",
    "csla_id": "1", "merchant_id": "1", "expires": "2099-01-01", "expires_at": "2099-01-01 00:00:00.000000",
    "opened_by_id": "1", "created_at": "2000-01-01 00:00:00.000000", "disabled_at": "", "password_hash": "x",
    "paid": "1", "refunded": "1", "total": "1", "booking_cancelled_at": "2000-01-01 00:00:00.000000",
    "cancelled_at": "2000-01-01 00:00:00.000000", "unpaid_since": "2000-01-01 00:00:00.000000", "version_id": "9",
}  # fmt: skip
CHANCE = re.compile(r"nonce|hash|token|mark|message_id|secret|once|text|html|payload")
"""Columns that differ each time, by chance; of times, the year is looked at."""
A_TIME = re.compile(r"\d{4}-\d\d-\d\d ")


@pytest.fixture
def actors(first_day, tmp_path):
    numbers = count()

    def come(names: tuple[str, ...]) -> Iterator[Actor]:
        for name in names:
            folder = tmp_path / str(next(numbers))
            folder.mkdir()
            yield made(first_day, folder, name)

    return come


def url_of(actor: Actor, endpoint: str, method: str, **values: object) -> str:
    names = actor._arguments(endpoint, method)
    wanted = {name: value for name, value in {**actor.values, **values}.items() if name in names}
    return actor.app.url_map.bind("localhost").build(endpoint, wanted, method=method)


def asked(actor: Actor, url: str, method: str, headers: dict[str, str] | None = None, /, **fields: str) -> int:
    client = actor.app.test_client()
    if actor.cookie:
        client.set_cookie(actor.app.config["SESSION_COOKIE_NAME"], actor.cookie)
    data = {"csrf_token": actor.token or "", **fields} if method == "POST" else None
    with client.open(url, method=method, headers=headers, data=data) as answer:
        return answer.status_code


def in_the_usual_way(actor: Actor) -> list[str]:
    faults = []
    for endpoint, method in cells(actor.app):
        faults.append(wrong(actor, endpoint, method))
        if method == "POST" and expected(TABLE[endpoint], actor.name) is None:
            actor.restore()
    return list(filter(None, faults))


def by_other_methods(actor: Actor) -> list[str]:
    """Whatever a route does not know is refused, and what it knows is not made another by a header."""
    faults, before, seen = [], actor.counts(), set()
    adapter = actor.app.url_map.bind("localhost")
    for endpoint, known in cells(actor.app):
        url = url_of(actor, endpoint, known)
        for method in set(METHODS) - set(adapter.allowed_methods(url)):
            if (url, method) not in seen:
                seen.add((url, method))
                status = asked(actor, url, method)
                faults += [] if status in (308, 400, 404, 405) else [f"{method} {url}: {status}"]
        if known == "GET":
            status = asked(actor, url, "GET", dict.fromkeys(OVERRIDES, "POST"))
            faults += [f"{OVERRIDES} {url}: {status}"] if status >= 500 else []
    if actor.counts()[1:] != before[1:]:  # but for events: a look of support's is one
        faults.append("something was changed by a method that changes nothing")
    return faults


def with_no_ids(actor: Actor) -> list[str]:
    """Records that cannot be are answered as those that are not there, or that are not theirs."""
    faults = []
    for endpoint, method in cells(actor.app):
        for name in sorted(actor._arguments(endpoint, method)):
            if not name.endswith("_id"):
                continue
            for no_id in NO_IDS:
                url = url_of(actor, endpoint, method, **{name: 987654321}).replace("987654321", no_id)
                status = asked(actor, url, method)
                is_sent_away = status == 303 and actor.name == "anonymous"
                if status not in (400, 401, 403, 404, 405) and not is_sent_away:
                    faults.append(f"{method} {url} as {actor.name}: {status}")
    return faults


@pytest.fixture
def refusals_say_nothing(monkeypatch):
    """For the two ways that ask thousands of times and look at nothing but the status."""

    def only_status(status: int, *_words: object, **_facts: object) -> Response:
        return Response(status=status)

    @contextmanager
    def for_a_while():
        with monkeypatch.context() as patch:
            patch.setattr(errors, "_page", only_status)
            yield

    return for_a_while


@pytest.mark.minutes
def test_whoever_asks_in_whatever_way_gets_what_is_theirs(gate, actors, refusals_say_nothing):
    names, routes = ACTORS, 0
    for actor in actors(names):
        routes = len(cells(actor.app))
        assert in_the_usual_way(actor) == [], actor.name
        with refusals_say_nothing():
            for way in (by_other_methods, with_no_ids):
                actor.restore()
                assert way(actor) == [], f"{actor.name}, {way.__name__}"
    gate.figure(
        f"{routes} routes × {len(names)} roles and states × {len(METHODS)} methods, {len(OVERRIDES)} headers, "
        f"{len(NO_IDS)} ids that are none: 0 leaks, 0 wrong refusals"
    )


def rows(actor: Actor) -> dict[str, list[tuple[object, ...]]]:
    """Every column that does not differ by chance."""
    with closing(sqlite3.connect(f"{actor.app.instance_path}/suki.db")) as line:
        tables = line.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'")
        found = {}
        for (table,) in tables.fetchall():
            columns = [row[1] for row in line.execute(f"PRAGMA table_info({table})") if not CHANCE.search(row[1])]
            if columns:
                names = ", ".join('"' + column + '"' for column in columns)
                kept = line.execute(f"SELECT {names} FROM {table}").fetchall()
                found[table] = [[cell[:4] if A_TIME.match(str(cell)) else cell for cell in row] for row in kept]
        return found


FILLED_IN = {
    "settings.store": {"name": "Nena’s", "currency": "PHP", "timezone": "Asia/Manila", "language": "en"},
    "auth.user": {"name": "Another name", "role": "staff"},
    "auth.user_new": {"email": "new@example.com", "name": "New", "role": "staff", "how": "invite"},
    "orders.cancel": {"note": "Sold out.", "version": "1"},
    "orders.status": {"status": "accepted", "note": "", "version": "1"},
    "products.new": {"sku": "NEW-1", "name": "New"},
    "support.reply": {"body": "Hello"},
    "support.open_window": {"hours": "1", "scope": "order"},
    "settings.reason_add": {"label": "Another reason"},
    "settings.courier_add": {"name": "Another courier"},
}


@pytest.mark.slow
def test_fields_that_no_form_has_move_no_column(gate, actors):
    posts, moved = 0, []
    for actor in actors(("owner", "all") if gate.is_full else ("all",)):
        for endpoint, method in cells(actor.app):
            kind = TABLE[endpoint]
            if method != "POST" or endpoint in ABSENT or expected(kind, actor.name) is not None:
                continue
            after = []
            for extra in ({}, EXTRA):
                actor.restore()
                fields = {**extra, **FILLED_IN.get(endpoint, {})}
                if endpoint == "auth.user":  # role is a field of that one
                    fields["role"] = "staff"
                asked(actor, url_of(actor, endpoint, method), "POST", None, **fields)
                after.append(rows(actor))
            posts += 1
            moved += [f"{endpoint}: {table}" for table in after[0] if after[0][table] != after[1][table]]
    assert moved == []
    gate.figure(f"{posts} forms with {len(EXTRA)} fields of somebody else's: no column moved")


def test_a_route_without_a_row_is_noticed(gate, app):
    def new() -> str:
        return "anybody may read this"

    app.add_url_rule("/new", "support.new_route", new)
    assert {endpoint for endpoint, _ in cells(app)} - set(TABLE) == {"support.new_route"}
    gate.figure("a route without a row fails")


@pytest.mark.control
def test_with_one_guard_removed_the_table_is_not_met(gate, actors, monkeypatch):
    [actor] = actors(("another",))
    monkeypatch.setattr(actor.app.view_functions["orders.refunds"], "needs", Right.SIGNED_IN)
    fault = wrong(actor, "orders.refunds", "GET")
    assert fault
    gate.figure(f"one guard removed: {fault}")
