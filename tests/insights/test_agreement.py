"""The page agrees with a plain sum over the file, and the file with what happened, whatever the days and the zone."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from blueprints.filters import WORDS
from models import PaymentMethod, Store, Withdrawal
from tests.insights.history import Fact, amounts, file_of, invent, major, table, write
from tests.orders.books import reinstate, undo
from tests.orders.deciding import cancel

MANILA = ZoneInfo("Asia/Manila")
# Zones, and days around a change of the clock: days of 23 and 25 hours, and one without a midnight.
WHERE_AND_WHEN = [
    ("Asia/Manila", date(2026, 11, 20)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("America/Havana", date(2026, 11, 1)),
    ("Pacific/Kiritimati", date(2026, 1, 1)),
]


def around(day, days=5):
    return [day + timedelta(days=each) for each in range(-days, days + 1)]


def ranges(day):
    """One day, the day before, a week, no cancel at all, and everything."""
    return [
        (day, day),
        (day - timedelta(days=1), day - timedelta(days=1)),
        (day - timedelta(days=3), day + timedelta(days=3)),
        (day + timedelta(days=100), day + timedelta(days=101)),
        (day - timedelta(days=120), day + timedelta(days=120)),
    ]


def in_order(facts, zone, first, last):
    """Those that count, as somebody with a pencil would pick them out."""
    places = {id(fact): place for place, fact in enumerate(facts, start=1)}
    counting = [fact for fact in facts if fact.withdrawal is None and first <= fact.day(zone) <= last]
    return [(f"A{places[id(fact)]}", fact) for fact in sorted(counting, key=lambda each: (each.at, places[id(each)]))]


def summed(rows, column="value_lost"):
    sums = defaultdict(Decimal)
    for row in rows:
        sums[row["currency"]] += Decimal(row[column])
    return sums


def grouped(rows, name_of):
    groups = defaultdict(list)
    for row in rows:
        groups[name_of(row)].append(row)
    return {name: (len(found), amounts(summed(found))) for name, found in groups.items()}


def said_of_weeks(page):
    return [
        (int(row.select("td")[0].get_text()), row.select("td")[1].get_text(" ", strip=True))
        for row in page.select("#by-week tbody tr")
    ]


def plain_weeks(rows, first, last):
    """Monday by Monday, from the day as it stands in the file."""
    found, monday = [], first - timedelta(days=first.weekday())
    while monday <= last:
        days = {(monday + timedelta(days=each)).isoformat() for each in range(7)}
        of_week = [row for row in rows if row["cancelled_at"][:10] in days]
        found.append((len(of_week), amounts(summed(of_week))))
        monday += timedelta(days=7)
    return found


@pytest.mark.parametrize(("zone", "day"), WHERE_AND_WHEN)
def test_the_file_holds_each_cancel_that_counts_and_no_other(app, shop, sam, zone, day):
    shop.change(shop.get(Store, 1), timezone=zone)
    facts = list(invent(ZoneInfo(zone), around(day), seed=day.toordinal()))
    write(app, facts)
    for first, last in ranges(day):
        rows = file_of(sam, first, last)
        wanted = in_order(facts, ZoneInfo(zone), first, last)
        assert [row["order_number"] for row in rows] == [number for number, _ in wanted]
        for row, (_, fact) in zip(rows, wanted, strict=True):
            assert datetime.fromisoformat(row["cancelled_at"]) == fact.at
            assert datetime.fromisoformat(row["cancelled_at"]).date() == fact.day(ZoneInfo(zone))
            assert (row["what"], row["reason"]) == ("part" if fact.is_part else "whole", fact.reason or "")
            assert (row["payment_method"], row["courier"]) == (fact.method.value, fact.courier or "")
            for column, amount in {
                "value_lost": fact.value,
                "fee_kept": fact.fee,
                "refund_owed": fact.owed,
                "refunded": fact.settled,
                "refund_waived": fact.left if fact.is_waived else 0,
            }.items():
                assert Decimal(row[column]) == major(amount, fact.currency), column
            hours = (fact.at - fact.requested_at) / timedelta(hours=1) if fact.requested_at else None
            assert row["hours_from_request"] == ("" if hours is None else f"{hours:.2f}")


@pytest.mark.parametrize(("zone", "day"), WHERE_AND_WHEN)
def test_the_page_says_what_a_plain_sum_over_the_file_does(app, shop, sam, zone, day):
    shop.change(shop.get(Store, 1), timezone=zone)
    write(app, invent(ZoneInfo(zone), around(day), seed=day.month))
    for first, last in ranges(day):
        rows = file_of(sam, first, last)
        page = sam.get(f"/insights/?from={first}&to={last}")
        if not rows:
            assert "Nothing was cancelled in this time" in page.text
            continue
        assert page.one("#cancelled .tile-number").get_text() == str(len(rows))
        assert page.one("#lost .tile-number").get_text(" ", strip=True) == amounts(summed(rows))
        assert table(page, "#by-reason") == grouped(rows, lambda row: row["reason"] or "No reason given")
        assert table(page, "#by-courier") == grouped(rows, lambda row: row["courier"] or "Not booked")
        assert table(page, "#by-payment") == grouped(rows, lambda row: str(WORDS[PaymentMethod(row["payment_method"])]))
        assert said_of_weeks(page) == plain_weeks(rows, first, last)


@pytest.mark.parametrize("seed", [5, 6])
def test_refunds_are_as_the_file_has_them_and_as_old_as_their_days(app, sam, seed):
    day = date(2026, 11, 12)
    write(app, invent(MANILA, around(day, 11), seed, many=120))
    rows = file_of(sam, day - timedelta(days=30), date(2026, 11, 23))
    page = sam.get(f"/insights/?from={day - timedelta(days=30)}&to=2026-11-23")
    ages = defaultdict(list)
    for row in rows:
        left = Decimal(row["refund_owed"]) - Decimal(row["refunded"]) - Decimal(row["refund_waived"])
        if left:
            days = (date(2026, 11, 23) - date.fromisoformat(row["cancelled_at"][:10])).days
            row["left"] = left
            ages[
                "up to 3" if days <= 3 else "4 to 7" if days <= 7 else "8 to 14" if days <= 14 else "more than 14"
            ] += [row]
    owed = [row for found in ages.values() for row in found]
    returned = [row for row in rows if Decimal(row["refunded"])]
    waived = [row for row in rows if Decimal(row["refund_waived"])]
    assert table(page, "#refunds") == {
        **{
            f"Owed for {age} days": (len(ages[age]), amounts(summed(ages[age], "left")))
            for age in ("up to 3", "4 to 7", "8 to 14", "more than 14")
        },
        "Owed now": (len(owed), amounts(summed(owed, "left"))),
        "Returned so far": (len(returned), amounts(summed(returned, "refunded"))),
        "Waived": (len(waived), amounts(summed(waived, "refund_waived"))),
    }


def test_the_time_from_request_to_cancel_is_half_and_longest(app, sam):
    at = datetime(2026, 11, 20, 4, tzinfo=UTC)
    hours = [1, 5, 100]
    write(app, [Fact(at), *(Fact(at, requested_at=at - timedelta(hours=each)) for each in hours)])
    said = sam.get("/insights/").one("#requests").get_text(" ", strip=True)
    assert said.startswith("From request to cancel 5 hours half of them took no longer; the longest took 4 days")
    assert "3 requests to support" in said
    rows = file_of(sam, date(2026, 11, 20), date(2026, 11, 20))
    assert median(float(row["hours_from_request"]) for row in rows if row["hours_from_request"]) == 5


def test_a_request_that_came_after_the_cancel_is_none(app, sam):
    at = datetime(2026, 11, 20, 4, tzinfo=UTC)
    write(app, [Fact(at, requested_at=at + timedelta(hours=1))])
    assert "support was asked for none of them" in sam.get("/insights/").text
    assert file_of(sam, date(2026, 11, 20), date(2026, 11, 20))[0]["hours_from_request"] == ""


def test_another_zone_moves_a_cancel_to_its_own_day(app, shop, olive):
    write(app, [Fact(datetime(2026, 11, 19, 17, tzinfo=UTC))])  # 1 am of the 20th in Manila
    on = {day: len(file_of(olive, date(2026, 11, day), date(2026, 11, day))) for day in (19, 20)}
    assert on == {19: 0, 20: 1}
    shop.change(shop.get(Store, 1), timezone="Europe/Berlin")
    on = {day: len(file_of(olive, date(2026, 11, day), date(2026, 11, day))) for day in (19, 20)}
    assert on == {19: 1, 20: 0}
    assert file_of(olive, date(2026, 11, 19), date(2026, 11, 19))[0]["cancelled_at"] == "2026-11-19 18:00:00+01:00"


def test_days_of_23_and_of_25_hours_are_whole_days(app, shop, sam):
    berlin = ZoneInfo("Europe/Berlin")
    shop.change(shop.get(Store, 1), timezone=berlin.key)
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        begins = datetime(day.year, day.month, day.day, tzinfo=berlin).astimezone(UTC)
        facts = [Fact(begins + timedelta(hours=hour, minutes=30)) for hour in range(-1, hours + 1)]
        write(app, facts, series=f"{day:%m}-")
        assert len(file_of(sam, day, day)) == hours


def test_what_was_undone_or_reinstated_is_out(shop, sam):
    kept, undone, reinstated = (shop.order() for _ in range(3))
    for order in (kept, undone, reinstated):
        cancel(sam, order)
    undo(sam, undone)
    reinstate(sam, reinstated)
    rows = file_of(sam, date(2026, 11, 23), date(2026, 11, 23))
    assert [row["order_number"] for row in rows] == [kept.number]
    assert sam.get("/insights/").one("#cancelled .tile-number").get_text() == "1"


def test_an_order_cancelled_twice_counts_for_what_holds(shop, sam):
    order = shop.order()
    cancel(sam, order)
    undo(sam, order)
    cancel(sam, order)
    rows = file_of(sam, date(2026, 11, 23), date(2026, 11, 23))
    assert [(row["order_number"], row["value_lost"]) for row in rows] == [("1001", "960.00")]


def test_an_order_that_came_in_cancelled_is_not_counted(shop, sam):
    shop.order(status="cancelled")
    page = sam.get("/insights/")
    assert "Nothing was cancelled in this time" in page.text
    assert "Nor are orders that came from a file cancelled already" in page.text
    assert table(page, "#sales")["Cancelled since"] == (1, "₱960.00")


def test_sales_are_what_was_placed_without_the_cancelled_and_the_declined(app, shop, sam):
    shop.order(placed_at=datetime(2026, 8, 25, 15, 59, 59, tzinfo=UTC))  # a second before the first day
    shop.order(placed_at=datetime(2026, 8, 25, 16, tzinfo=UTC), status="completed")
    shop.order(status="declined")
    shop.order(status="returned")
    shop.order(currency="JPY", total=500)
    shop.order(placed_at=datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC))
    shop.order(placed_at=datetime(2026, 11, 23, 16, tzinfo=UTC))  # tomorrow
    write(app, [Fact(datetime(2026, 11, 20, 4, tzinfo=UTC), value=1000, withdrawal=Withdrawal.UNDONE)])
    write(app, [Fact(datetime(2026, 11, 20, 4, tzinfo=UTC), value=2000)], series="B")
    assert table(sam.get("/insights/"), "#sales") == {
        "Placed": (7, amounts({"PHP": Decimal("3870"), "JPY": Decimal(500)})),
        "Cancelled since": (1, "₱20.00"),
        "Declined": (1, "₱960.00"),
        "Sales": (5, amounts({"PHP": Decimal("2890"), "JPY": Decimal(500)})),
    }
