"""A page asks the database as often with many rows as with few. What it costs in time: `make bench`."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import insert, select, update

from blueprints import clock
from blueprints.orders.seeding import seed_orders
from models import (
    ApiToken,
    Courier,
    Email,
    Event,
    Order,
    OrderItem,
    Product,
    Reason,
    Ticket,
    TicketKind,
    TicketMessage,
    User,
    UserSession,
    WebhookEndpoint,
    WebhookMessage,
    db,
    writing,
)
from tests.journeys.test_every_page import PAGES as EVERY_PAGE
from tests.journeys.test_every_page import app  # noqa: F401 (a fixture: the demo, which has some of everything)
from tests.orders.books import cancel_items
from tests.orders.watching import statements, statements_with_values
from tests.people import signed_in

MORE_ORDERS = 3000
TIMES = 6
# Of each there are many more then: what an order has, what a ticket has, what the lists in Settings have.
COPIED = (
    *(OrderItem, Event, Email),
    *(TicketMessage,),
    *(ApiToken, Courier, Reason, User, UserSession, WebhookEndpoint, WebhookMessage),
)
IN_PARTS = 120
"""The order of which parts are cancelled, one after the other."""
PAID = 103

SEARCHES = [
    "/orders/?" + urlencode(asked)
    for asked in (
        {"q": "1060"},
        {"q": "example"},
        {"q": "sy"},
        {"q": "qx"},
        {"q": "example", "status": "processing"},
        {"status": "processing"},
        {"status": "pending", "payment": "refunded", "booked": "yes"},
        {"q": "reyes", "status": "declined", "payment": "refunded", "booked": "yes"},
    )
]
PAGES = [*EVERY_PAGE, *SEARCHES, "/support/tickets?tab=all", "/products/?q=dried"]


def statements_by_page(app, visitor, pages):  # noqa: F811 (as above)
    asked = {}
    for page in pages:
        with statements(app) as seen:
            assert visitor.client.get(page).status_code == (404 if "/not-" in page else 200), page
        asked[page] = [re.sub(r"\s+", " ", statement) for statement in seen]
    return asked


def copy_rows(session, model, times):
    """All there are, with what must be unique made so."""
    table = model.__table__
    columns = [column for column in table.columns if not column.computed and column.name != "id"]
    indexed = {column.name for index in table.indexes if index.unique for column in index.columns}
    unique = indexed | {column.name for column in columns if column.unique}
    rows = session.execute(select(*columns)).mappings().all()
    for turn in range(times):
        session.execute(insert(table), [again(row, unique, turn) for row in rows])


def again(row, unique, turn):
    return {name: f"{value[:40]} {turn}" if name in unique and value else value for name, value in row.items()}


def add_tickets_and_products(session, many):
    ticket = select(*(column for column in Ticket.__table__.columns if column.name not in ("id", "once")))
    question = session.execute(ticket.where(Ticket.kind == TicketKind.GENERAL)).mappings().first()
    session.execute(insert(Ticket), [dict(question)] * many)
    product = {"tracked": True, "on_hand": 0, "created_at": question["opened_at"]}
    for turn in range(many):
        session.add(Product(sku=f"DRY-{turn}", name=f"Dried mangoes {turn}", **product))


def stay_here():
    """No page notes meanwhile that somebody is here still."""
    with writing() as session:
        session.execute(update(UserSession).values(last_seen_at=clock.now() + timedelta(hours=1)))


def add_stickers():
    """So that there is enough to cancel, and all the rest is still to be paid."""
    with writing() as session:
        order = session.get_one(Order, IN_PARTS)
        order.items.append(OrderItem(name="Sticker", quantity=100, price=10))
        order.item_count += 100
        order.total += 1000


def cancel_a_sticker(app, visitor):  # noqa: F811 (as above)
    with app.app_context():
        order = db.session.get_one(Order, IN_PARTS)
        place = next(at for at, item in enumerate(order.items) if item.remaining > TIMES)
        answer = cancel_items(visitor, order, {place: 1})
    assert answer.status == 303, answer.text


def grow(app, visitor):  # noqa: F811 (as above)
    with app.app_context():
        seed_orders(MORE_ORDERS, tell=lambda _many: None)
        with writing() as session:
            add_tickets_and_products(session, 60)
            for model in COPIED:
                copy_rows(session, model, TIMES)
    for _ in range(TIMES):
        cancel_a_sticker(app, visitor)


@pytest.mark.slow
def test_a_page_asks_as_often_with_many_rows_as_with_few(app):  # noqa: F811 (as above)
    ana = signed_in(app, "ana")
    with app.app_context():
        stay_here()
        add_stickers()
    cancel_a_sticker(app, ana)
    few = statements_by_page(app, ana, PAGES)
    grow(app, ana)
    many = statements_by_page(app, ana, PAGES)
    grown = [page for page in PAGES if len(many[page]) > len(few[page])]
    assert not grown, "\n".join(told(page, few[page], many[page]) for page in grown)


def test_a_paid_order_of_which_nothing_was_cancelled_takes_four_statements(app):  # noqa: F811 (as above)
    """And one for whoever looks. An unpaid one’s takes a fifth where the shop waits only so long."""
    ana, page = signed_in(app, "ana"), f"/orders/{PAID}"
    with app.app_context():
        stay_here()
        assert db.session.get_one(Order, PAID).paid
    whose, *others = statements_by_page(app, ana, [page])[page]
    assert "user_sessions" in whose
    assert len(others) <= 4


@pytest.mark.sqlite
def test_no_page_has_an_index_made_for_it(app):  # noqa: F811 (as above)
    """SQLite makes one where a join finds none, out of all the table, and throws it away behind the page."""
    ana = signed_in(app, "ana")
    with app.app_context():
        stay_here()
    with statements_with_values(app) as asked:
        for page in PAGES:
            ana.client.get(page)
    with app.app_context(), db.engine.connect() as connection:
        for statement, values in asked.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert not [step.detail for step in plan if "AUTOMATIC" in step.detail], statement


@pytest.mark.sqlite
def test_what_sqlite_has_prepared_is_thrown_away_only_when_reading_and_writing_take_turns(app):  # noqa: F811 (as above)
    """To set a PRAGMA is to prepare every statement anew."""
    ben, seen = signed_in(app, "ben"), []
    with app.app_context():
        stay_here()
        db.session.connection().connection.dbapi_connection.set_trace_callback(seen.append)
        db.session.rollback()
    for _ in range(3):
        assert ben.client.get("/orders/").status_code == 200
    assert [said for said in seen if said.startswith("SELECT orders")]
    assert [said for said in seen if said.startswith("PRAGMA query_only=")] == []


def told(page, few, many):
    """With what it asks most often."""
    most = max(many, key=many.count)
    return f"{page}: {len(few)} statements, then {len(many)}; {many.count(most)} times {most[:300]}"
