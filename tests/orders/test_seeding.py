"""`flask seed` fills a store that has nothing to lose."""

from sqlalchemy import select, text

from blueprints.orders.finding import Filters, find_orders
from blueprints.orders.seeding import TICKET_EVERY
from models import Cancellation, Courier, Order, OrderItem, PaymentStatus, Store, Ticket, db, writing
from models.order import position_of, search_text_of
from tests.orders.deciding import cancel
from tests.storing import ON_POSTGRES


def seed(app, count):
    return app.test_cli_runner().invoke(args=["seed", "--orders", str(count)])


def test_a_store_with_orders_of_its_own_is_left_alone(app, shop):
    shop.order()
    answer = seed(app, 5)
    assert answer.exit_code == 1
    assert "This store has orders of its own" in answer.output
    assert shop.count(Order) == 1


def test_a_demo_gets_more(app, shop):
    shop.order(number="SK-7001")
    shop.order(number="5000")
    with app.app_context(), writing() as session:
        session.get_one(Store, 1).is_demo = True
    assert seed(app, 3).exit_code == 0
    assert {order.number for order in shop.all(select(Order))} == {"SK-7001", "5000", "5001", "5002", "5003"}


def test_what_happens_in_it_afterwards_gets_numbers_of_its_own(app, shop, olive):
    assert seed(app, 300).exit_code == 0
    before = shop.count(Cancellation)
    assert cancel(olive, shop.order(number="7001", payment_status=PaymentStatus.PAID)).status == 303
    assert shop.count(Cancellation) == before + 1
    assert olive.post("/support/tickets/new", subject="Hello", reason="A question").status == 303


def test_made_up_orders_are_as_whole_as_real_ones(app, shop):
    assert seed(app, 300).exit_code == 0
    for order in shop.all(select(Order)):
        assert order.position == position_of(order.placed_at, order.id)
        assert order.search_text == search_text_of(order)
    items = shop.all(select(OrderItem))
    assert sum(item.quantity for item in items) == sum(order.item_count for order in shop.all(select(Order)))
    tickets = shop.all(select(Ticket))
    assert len(tickets) == 300 // TICKET_EVERY
    for ticket in tickets:
        kept, _ = ticket.search_text, ticket.make_findable()
        assert ticket.search_text == kept
    with app.app_context():
        assert len(find_orders("example.com", Filters()).rows) == 50
        # Written in whatever order: PostgreSQL asks of each statement what SQLite would let stand until somebody asks.
        assert ON_POSTGRES or db.session.execute(text("PRAGMA foreign_key_check")).all() == []


def test_a_store_without_couriers_can_be_filled(app, shop):
    with app.app_context(), writing() as session:
        session.query(Courier).delete()
    assert seed(app, 100).exit_code == 0
    assert shop.count(Order) == 100
