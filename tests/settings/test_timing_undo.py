"""How long a cancel can be undone."""

import pytest
from sqlalchemy import select

from models import Event, Store


@pytest.mark.parametrize("wrong", ["", "-1", "901", "1.5", "x", "9" * 30, "٣0"])
def test_what_is_no_time_is_refused_and_kept_on_the_page(olive, shop, wrong):
    page = olive.post("/settings/cancelling", undo_seconds=wrong)
    assert (page.status, list(page.errors)) == (422, ["undo_seconds"])
    assert page.value("undo_seconds") == wrong
    assert (shop.get(Store, 1).undo_seconds, shop.count(Event)) == (30, 0)


def test_thirty_seconds_unless_it_says_otherwise(olive):
    assert olive.get("/settings/cancelling").value("undo_seconds") == "30"
    assert "Can be undone for 30 seconds" in olive.get("/settings/").text


@pytest.mark.parametrize(
    ("seconds", "said"), [("0", "Emails leave at once"), ("90", "for 90 seconds"), ("900", "for 15 minutes")]
)
def test_the_owner_sets_it(olive, shop, seconds, said):
    page = olive.follow(olive.post("/settings/cancelling", undo_seconds=seconds))
    assert said in page.text
    assert shop.get(Store, 1).undo_seconds == int(seconds)
    assert [event.code for event in shop.all(select(Event))] == ["settings.changed.cancelling"]


def test_staff_do_not_set_it(sam, shop):
    assert sam.post("/settings/cancelling", undo_seconds="0").status == 403
    assert shop.get(Store, 1).undo_seconds == 30
