"""How states and times read: each state by its own word, a time as exactly as its place needs it."""

import ast
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask_babel import force_locale

import models
from blueprints import filters
from tests.people import signed_in
from tests.support.inside import open_window

NOON = datetime(2026, 11, 24, 4, 41, tzinfo=UTC)  # 12:41 in Manila


def test_states_with_the_same_value_share_their_word():
    """`TicketState.SOLVED` and any other `solved` are one key to a dictionary: the later word would stand over both."""
    tree = ast.parse(Path(filters.__file__).read_text())
    [words] = [
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "WORDS"
    ]
    said = defaultdict(set)
    for key, value in zip(words.keys, words.values, strict=True):
        member = getattr(getattr(models, key.value.id), key.attr)
        said[member.value].add(ast.unparse(value))
    assert {value: texts for value, texts in said.items() if len(texts) > 1} == {}


def plain(text):
    """Babel keeps `12:41` and `PM` together by a space that does not break."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("later", "language", "listed", "exact"),
    [
        (timedelta(hours=1), "en", "today 12:41 PM", "today 12:41 PM"),
        (timedelta(days=1), "en", "yesterday 12:41 PM", "yesterday 12:41 PM"),
        (timedelta(days=2), "en", "24 Nov", "24 Nov, 12:41 PM"),
        (timedelta(days=400), "en", "24 Nov 2026", "24 Nov 2026, 12:41 PM"),
        (timedelta(days=1), "fil", "kahapon 12:41 PM", "kahapon 12:41 PM"),
        (timedelta(days=2), "fil", "24 Nob", "24 Nob, 12:41 PM"),
    ],
)
def test_a_list_names_the_day_and_a_history_the_hour_as_well(app, later, language, listed, exact):
    with time_machine.travel(NOON + later, tick=False), app.test_request_context(), force_locale(language):
        assert (plain(filters.when(NOON)), plain(filters.to_the_minute(NOON))) == (listed, exact)


def test_days_later_each_history_still_says_at_what_hour(app, shop):
    with time_machine.travel(NOON, tick=False):
        olive = signed_in(app, "olive")
        order = shop.order(number="1041")
        olive.post(f"/orders/{order.id}/status", status="accepted", version="1")
        ticket = olive.post("/support/tickets/new", subject="Hello", reason="How?").location
        open_window(olive, int(ticket.rpartition("/")[2]), hours="1", scope="all")
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        olive = signed_in(app, "olive")
        for url in (f"/orders/{order.id}", ticket, "/support/access"):
            page = olive.get(url)
            assert {plain(time.text) for time in page.select(".history time")} >= {"24 Nov, 12:41 PM"}, url
        assert "24 Nov, 1:41 PM · its time was over" in plain(page.text)
        assert plain(olive.get("/orders/").one(".c-placed").get_text()) == "20 Nov"


@pytest.mark.parametrize(
    ("many", "language", "said"),
    [
        (1, "en", "1 hour"),
        (24, "en", "24 hours"),
        (47, "en", "47 hours"),
        (48, "en", "2 days"),
        (49, "en", "49 hours"),
        (120, "en", "5 days"),
        (120, "fil", "5 araw"),
    ],
)
def test_hours_that_are_days_are_said_as_days(app, many, language, said):
    with app.test_request_context(), force_locale(language):
        assert filters.hours(many) == said
