"""The page Insights: for whom it is, which days it shows, and that whoever hears it gets the numbers too."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models import Language, Reason, Store, db, writing
from tests.insights.history import Fact, file_of, table, write
from tests.orders.test_exporting import SIGNS
from tests.orders.watching import statements
from tests.support.inside import enter, open_window, window_of
from tests.test_translations import english_on

MORNING = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
URLS = ("/insights/", "/insights/cancellations.csv")


def spread(many, days=80):
    """So many cancels, over the last weeks."""
    return [Fact(MORNING - timedelta(days=each % days), owed=each % 3, requested_at=MORNING) for each in range(many)]


@pytest.mark.parametrize("url", URLS)
def test_strangers_are_sent_to_the_door(mallory, url):
    assert mallory.get(url).location == "/login"


@pytest.mark.parametrize("url", URLS)
def test_support_sees_none_of_it_not_even_inside_of_all_orders(shop, olive, uma, url):
    assert uma.get(url).status == 403
    order = shop.booked_order()
    ticket = int(olive.post(f"/support/tickets/new?order={order.id}", reason="Why").location.rpartition("/")[2])
    open_window(olive, ticket, scope="all")
    enter(uma, window_of(shop, ticket))
    assert uma.get("/orders/").status == 200
    assert uma.get(url).status == 403


def test_the_menu_leads_there_for_the_merchant_alone(sam, uma):
    page = sam.get("/insights/")
    assert page.one(".menu a[aria-current]").get_text(strip=True) == "Insights"
    assert [link["href"] for link in page.select(".menu a")][4:6] == ["/support/tickets", "/insights/"]
    assert "/insights/" in [link["href"] for link in page.select(".user-menu .only-narrow a")]
    assert "/insights/" not in [link["href"] for link in uma.get("/help/").select(".menu a")]


def test_a_time_without_cancels_says_so_and_what_to_do(sam):
    page = sam.get("/insights/")
    assert "Nothing was cancelled in this time Choose other days above" in page.text
    assert page.select("a[href='/orders/?status=cancelled']")
    assert not page.select("svg.bar, figure")


def test_the_last_ninety_days_are_shown_first(sam):
    page = sam.get("/insights/")
    assert (page.value("from"), page.value("to")) == ("2026-08-26", "2026-11-23")
    assert page.one(".tabs a[aria-current]").get_text(strip=True) == "90 days"


def test_presets_lead_to_their_days(sam):
    links = {link.get_text(strip=True): str(link["href"]) for link in sam.get("/insights/").select(".tabs a")}
    for label, first in {"7 days": "2026-11-17", "30 days": "2026-10-25", "This year": "2026-01-01"}.items():
        page = sam.get(links[label])
        assert (page.value("from"), page.value("to")) == (first, "2026-11-23")
        assert page.one(".tabs a[aria-current]").get_text(strip=True) == label


@pytest.mark.parametrize(
    "asked",
    [
        "from=yesterday&to=2026-13-45",
        "from=0001-01-01&to=9999-12-31",
        "from=2027-01-01",
        "from[]=1&to=",
        "from=%00&to=%F0%9F%92%A9",
    ],
)
def test_days_that_make_no_sense_are_passed_over(sam, asked):
    page = sam.get(f"/insights/?{asked}")
    assert (page.value("from"), page.value("to")) == ("2026-08-26", "2026-11-23")
    assert sam.get(f"/insights/cancellations.csv?{asked}").status == 200


def test_one_of_the_two_days_is_enough(sam):
    page = sam.get("/insights/?from=2026-11-01")
    assert (page.value("from"), page.value("to")) == ("2026-11-01", "2026-11-23")
    page = sam.get("/insights/?to=2026-11-01")
    assert (page.value("from"), page.value("to")) == ("2026-08-04", "2026-11-01")


def test_two_days_mean_those_between_them_whichever_comes_first(sam):
    page = sam.get("/insights/?from=2026-11-20&to=2026-11-01")
    assert (page.value("from"), page.value("to")) == ("2026-11-01", "2026-11-20")


def test_more_than_a_year_is_shortened_and_said(app, sam):
    write(app, [Fact(datetime(2024, 6, 1, tzinfo=UTC)), Fact(MORNING)])
    page = sam.get("/insights/?from=2024-01-01&to=2026-11-23")
    assert (page.value("from"), page.value("to")) == ("2025-11-23", "2026-11-23")
    assert "At most 366 days fit on this page." in page.text
    assert len(file_of(sam, date(2024, 1, 1), date(2026, 11, 23))) == 1
    assert "At most 366 days" not in sam.get("/insights/?from=2025-11-23&to=2026-11-23").text


def test_a_week_without_a_cancel_is_there_too(app, sam):
    write(app, [Fact(MORNING), Fact(MORNING - timedelta(days=14))])
    page = sam.get("/insights/?from=2026-11-04&to=2026-11-23")
    assert table(page, "#by-week") == {
        "4 – 8 Nov 2026": (1, "₱960.00"),
        "9 – 15 Nov 2026": (0, "₱0.00"),
        "16 – 22 Nov 2026": (1, "₱960.00"),
        "23 Nov 2026": (0, "₱0.00"),
    }


def test_every_chart_has_its_table(app, sam):
    write(app, spread(40))
    page = sam.get("/insights/")
    charts = page.select("main svg:not(.icon)")
    assert len(charts) > 3
    for chart in charts:
        if chart.get("aria-hidden") == "true":  # then it is drawn inside of the table that says the same
            row = chart.find_parent("tr")
            assert row.find_parent("table").get("aria-labelledby")
            assert [cell.get_text(strip=True) for cell in row.select("td")] != []
        else:
            assert chart["role"] == "img"
            assert chart["aria-labelledby"] == "weeks-title weeks-desc"
            assert chart.find_parent("section").select_one("table caption")
    drawn = [int(text.get_text()) for text in page.select("figure .bar-number")]
    assert drawn == [many for many, _ in table(page, "#by-week").values() if many]


def test_bars_are_as_long_as_their_counts(app, sam):
    write(app, [Fact(MORNING, reason="Out of stock")] * 4 + [Fact(MORNING, reason="Other")] + [Fact(MORNING)] * 2)
    bars = sam.get("/insights/").select("#by-reason .bar-count")
    assert [bar["width"] for bar in bars] == ["100.0%", "50.0%", "25.0%"]


def test_what_the_owner_wrote_is_never_part_of_the_page(app, shop, sam):
    with app.app_context(), writing() as session:
        session.add(Reason(label="<b>&\"'", rank=99))
    write(app, [Fact(MORNING, reason="<b>&\"'")])
    assert table(sam.get("/insights/"), "#by-reason") == {"<b>&\"'": (1, "₱960.00")}


@pytest.mark.parametrize("url", ["/insights/", "/insights/?from=2026-01-01&to=2026-11-23"])
def test_a_page_costs_the_same_whatever_there_is(app, sam, url):
    sam.get(url)
    write(app, spread(5))
    with statements(app) as few:
        sam.get(url)
    write(app, spread(200), series="B")
    with statements(app) as many:
        assert int(sam.get(url).one("#cancelled .tile-number").get_text()) > 200
    assert len(few) == len(many) <= 8, "\n".join(many)


@pytest.mark.sqlite
def test_cancels_are_found_by_their_day_and_orders_by_their_place(app, sam):
    with statements(app) as seen:
        sam.get("/insights/")
    asked = [statement for statement in seen if "cancellations" in statement or "sum(orders.total)" in statement]
    assert len(asked) == 4
    with app.app_context():
        for statement in asked:
            explained = f"EXPLAIN QUERY PLAN {statement}"
            places = ("2026-01-01",) * statement.count("?")
            plan = [row[3] for row in db.session.connection().exec_driver_sql(explained, places)]
            index = "ix_cancellations_at" if "cancellations" in statement else "(position>? AND position<?)"
            assert [step for step in plan if index in step], plan
            assert not [step for step in plan if step.startswith("SCAN")], plan


def test_the_file_is_one_to_save(app, sam):
    write(app, [Fact(MORNING)])
    page = sam.get("/insights/")
    answer = sam.get(str(page.one(".title-actions a")["href"])).response
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    named = 'attachment; filename="cancellations-2026-08-26-to-2026-11-23.csv"'
    assert answer.headers["Content-Disposition"] == named
    assert answer.text.splitlines() == [
        "cancelled_at,order_number,what,reason,payment_method,courier,value_lost,currency,fee_kept,refund_owed,"
        "refunded,refund_waived,hours_from_request,hours_from_customers_request",
        "2026-11-20 09:30:00+08:00,A1,whole,,cod,,960.00,PHP,0.00,0.00,0.00,0.00,,",
    ]


@pytest.mark.parametrize("sign", SIGNS)
def test_no_cell_is_a_formula(app, sam, sign):
    with app.app_context(), writing() as session:
        session.add(Reason(label=f"{sign}1+1|' /C calc'!A0", rank=99))
    write(app, [Fact(MORNING, reason=f"{sign}1+1|' /C calc'!A0")], series=sign)
    (row,) = file_of(sam, date(2026, 11, 20), date(2026, 11, 20))
    assert not [cell for cell in row.values() if cell[:1] and cell[:1] in SIGNS]


def test_every_page_of_a_long_file_goes_out_once(app, sam, monkeypatch):
    monkeypatch.setattr("blueprints.insights.exporting.PAGE", 2)
    write(app, [Fact(MORNING) for _ in range(3)] + [Fact(MORNING + timedelta(microseconds=each)) for each in (1, 0)])
    rows = file_of(sam, date(2026, 11, 20), date(2026, 11, 20))
    assert [row["order_number"] for row in rows] == ["A1", "A2", "A3", "A5", "A4"]


def test_the_store_s_currency_stands_first_and_none_is_added_to_another(app, shop, sam):
    shop.change(shop.get(Store, 1), currency="PHP")
    write(
        app, [Fact(MORNING, value=500, currency="JPY"), Fact(MORNING, value=1), Fact(MORNING, value=2, currency="EUR")]
    )
    said = sam.get("/insights/").one("#lost .tile-number").get_text(" ", strip=True).replace("JP¥", "¥")
    assert said == "₱0.01 + €0.02 + ¥500"


def test_in_a_filipino_store_all_of_it_is_in_filipino(app, shop, sam):
    shop.change(shop.get(Store, 1), language=Language.FILIPINO)
    write(app, spread(40))
    page = sam.get("/insights/?from=2024-01-01&to=2026-11-23")
    assert page.soup.html["lang"] == "fil"
    assert "Walang ibinigay na dahilan" in table(page, "#by-reason")
    assert english_on(page) == set()


@pytest.mark.parametrize(("hours", "said"), [(1, "1 oras"), (2, "2 oras"), (72, "3 araw")])
def test_how_long_it_took_is_said_as_filipinos_count(app, shop, sam, hours, said):
    shop.change(shop.get(Store, 1), language=Language.FILIPINO)
    write(app, [Fact(MORNING, requested_at=MORNING - timedelta(hours=hours))])
    assert sam.get("/insights/?from=2026-11-01&to=2026-11-23").one("#requests .tile-number").get_text() == said
