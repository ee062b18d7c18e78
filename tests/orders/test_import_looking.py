"""Before a file comes in: what Suki took its words for, and which orders are here already."""

import pytest

from blueprints.orders import importing
from models import Courier, db
from tests.orders.files import OURS, SHOPIFY, a_file, bring_in, counts, orders_in, send
from tests.orders.watching import statements, statements_with_values


def read(element):
    return " ".join(element.get_text().split())


def rows_of(page, panel):
    return [read(row) for row in page.select(f"{panel} tbody tr")]


def said(page, panel):
    return read(page.one(panel))


def numbered(kind, column, count, first=1001, **same):
    return a_file(kind, *({column: str(number), **same} for number in range(first, first + count)))


def test_each_spelling_of_a_courier_is_shown_with_whom_it_is_taken_for_and_the_orders_of_it(olive, shop):
    spelled = [("JNT Express", 7), ("Own rider", 1), ("Habal-habal", 2)]
    named = [{"courier": name} for name, count in spelled for _ in range(count)]
    page = send(
        olive, a_file(OURS, *({"number": str(at), **row} for at, row in enumerate(named, start=1001)), {"number": "1"})
    )
    assert rows_of(page, "#couriers") == [
        "JNT Express J&T Express (only support can cancel it) 1001, 1002, 1003, 1004, 1005 and 2 more",
        "Habal-habal Habal-habal, added to Settings, not in use 1009, 1010",
        "Own rider Own rider 1008",
    ]


def test_two_spellings_of_a_new_courier_become_one(olive, shop):
    named = ["Habal Habal", "Habal Habal", "habal-habal"]
    rows = [{"number": str(at), "courier": name} for at, name in enumerate(named, start=1001)]
    page = send(olive, a_file(OURS, *rows))
    assert rows_of(page, "#couriers") == [
        "Habal Habal Habal Habal, added to Settings, not in use 1001, 1002",
        "habal-habal Habal Habal 1003",
    ]
    before = shop.count(Courier)
    olive.post(f"{page.response.request.path}/start")
    assert shop.count(Courier) == before + 1


def test_a_courier_in_a_note_that_is_none_of_the_store_s_is_no_booking_and_the_look_says_so(olive, shop):
    page = send(olive, a_file(SHOPIFY, {"Notes": "Courier: Pigeon post\nTracking: P1"}))
    assert rows_of(page, "#couriers") == ["Pigeon post none of your couriers: comes in without a booking 1001"]
    olive.post(f"{page.response.request.path}/start")
    assert not orders_in(shop)[0].is_booked


def test_of_many_spellings_the_most_used_are_shown_and_the_rest_counted(olive):
    rows = [{"number": str(number), "courier": f"Rider {number}"} for number in range(1001, 1009)]
    page = send(olive, a_file(OURS, *rows))
    assert len(rows_of(page, "#couriers")) == 5
    assert said(page, "#couriers").endswith("and 3 more")


def test_shipping_that_the_file_does_not_say_is_named_as_such(olive):
    page = send(olive, numbered(OURS, "number", 7))
    assert said(page, "#shipping").endswith("In these orders: 1001, 1002, 1003, 1004, 1005 and 2 more")


@pytest.mark.parametrize(
    "file", [a_file(OURS, {"total": "960.00"}), a_file(OURS, {"total": "900.00"}), a_file(SHOPIFY)]
)
def test_of_shipping_that_is_said_or_that_is_none_nothing_is_inferred(olive, file):
    assert send(olive, file).select("#shipping") == []


def test_the_orders_that_are_here_already_are_named_and_lead_to_themselves(olive, shop):
    there = [shop.order(number=str(number)) for number in range(1001, 1008)]
    page = send(olive, numbered(OURS, "number", 8, courier="Own rider"))
    assert said(page, "#already-there") == (
        "Already in Suki These orders stay as they are: 1001, 1002, 1003, 1004, 1005 and 2 more"
    )
    assert [link["href"] for link in page.select("#already-there a")] == [f"/orders/{order.id}" for order in there[:5]]
    assert rows_of(page, "#couriers") == ["Own rider Own rider 1008"], "of what does not come in nothing is said"
    assert said(page, "#shipping").endswith("In these orders: 1008")


def test_an_order_that_turns_out_to_be_torn_apart_is_said_nothing_of(olive, shop, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 1)
    rows = [{"number": number, "courier": "Own rider"} for number in ("1001", "1002", "1001")]
    page = send(olive, a_file(OURS, *rows))
    assert counts(shop) == {"new": 1, "bad": 1}
    assert rows_of(page, "#couriers") == ["Own rider Own rider 1002"]
    assert said(page, "#shipping").endswith("In these orders: 1002")


def test_names_in_a_file_are_shown_as_text(olive):
    page = send(olive, a_file(OURS, {"number": "<i>1</i>", "courier": "<b>Pigeon</b>"}))
    assert rows_of(page, "#couriers") == ["<b>Pigeon</b> <b>Pigeon</b>, added to Settings, not in use <i>1</i>"]


def test_a_file_in_which_nothing_is_to_be_said_has_no_empty_parts(olive):
    page = send(olive, a_file(SHOPIFY))
    assert page.select("#couriers, #shipping, #already-there") == []


def test_once_it_is_in_it_is_no_look_any_more(olive):
    page = bring_in(olive, a_file(OURS, {"courier": "Own rider"}))
    assert page.select("#couriers, #shipping") == []


def test_a_long_file_costs_no_more_questions_than_a_short_one(app, olive, shop):
    def asked(count, first):
        shop.order(number=str(first))
        rows = [{"number": str(first + at), "courier": f"Rider {at % 7}"} for at in range(count)]
        path = send(olive, a_file(OURS, *rows)).response.request.path
        with statements(app) as seen:
            olive.get(path)
        return len(seen)

    olive.get("/orders/import")
    assert asked(60, 2001) == asked(12, 3001)


@pytest.mark.sqlite
def test_of_all_files_and_orders_only_those_of_this_file_are_read(app, olive, shop):
    shop.order(number="1001")
    path = send(olive, numbered(OURS, "number", 9, courier="Own rider")).response.request.path
    with statements_with_values(app) as seen:
        olive.get(path)
    looks = {statement: values for statement, values in seen.items() if "import_numbers" in statement}
    assert len(looks) == 5
    with app.app_context():
        for statement, values in looks.items():
            plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            steps = [row[-1] for row in plan]
            assert not [step for step in steps if step.startswith(("SCAN import_numbers", "SCAN orders"))], steps
            assert any("USING" in step and "import_numbers" in step and "import_id=?" in step for step in steps), steps
