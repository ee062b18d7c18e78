"""Pages cost the same with two hundred orders as with two hundred thousand."""

import shutil
import time

import pytest
from sqlalchemy import select

from blueprints.orders.seeding import seed_orders
from models import Order, db
from tests.conftest import make_app
from tests.orders.watching import statements
from tests.people import signed_in

pytestmark = pytest.mark.slow
FEW, MANY = 200, 200_000
TIMES = 9
SLOWEST_RATIO = 1.5


class Measured:
    """A shop with so many orders, and what its pages cost."""

    def __init__(self, folder, first_day, orders):
        shutil.copy(first_day, folder / "suki.db")
        self.app = make_app(folder)
        with self.app.app_context():
            seed_orders(orders, tell=lambda _done: None)
            self.positions = list(db.session.scalars(select(Order.position).order_by(Order.position).limit(200)))
            self.newest = db.session.scalar(select(Order.id).order_by(Order.position.desc()).limit(1))
            self.number = db.session.scalar(select(Order.number).order_by(Order.position.desc()).limit(1))
        self.olive = signed_in(self.app, "olive")

    def address(self, page):
        return page.format(deep=self.positions[150], newest=self.newest, number=self.number)

    def statements(self, page):
        self.olive.client.get("/help/")  # it may be time to note that she is here still
        with statements(self.app) as seen:
            assert self.olive.client.get(self.address(page)).status_code == 200
        return len(seen)

    def once(self, page):
        """Seconds of this process; what else the machine does is not counted."""
        began = time.process_time()
        self.olive.client.get(self.address(page))
        return time.process_time() - began

    def close(self):
        with self.app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="module")
def shops(tmp_path_factory, first_day):
    few, many = (Measured(tmp_path_factory.mktemp(str(size)), first_day, size) for size in (FEW, MANY))
    yield few, many
    few.close()
    many.close()


# Each fills a page, or finds nothing, in both shops: rows cost what they cost.
PAGES = [
    "/",
    "/orders/",
    "/orders/?before={deep}",
    "/orders/?q={number}",
    "/orders/?q=example",
    "/orders/?q=09",
    "/orders/?q=nobody+is+called+this",
    "/orders/?q=qx",
    "/orders/?status=processing",
    "/orders/?status=pending&payment=refunded&booked=yes",
    "/orders/?q=example&status=processing",
    "/orders/?q=reyes&status=declined&payment=refunded&booked=yes",
    "/orders/{newest}",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_no_more_with_a_thousand_times_the_orders(shops, page):
    few, many = shops
    assert many.statements(page) == few.statements(page)
    # The quickest of several, taken in turns: what else runs on this machine can only slow a page down.
    rounds = [(few.once(page), many.once(page)) for _ in range(TIMES)]
    quickest_few, quickest_many = (min(times) for times in zip(*rounds, strict=True))
    assert quickest_many <= quickest_few * SLOWEST_RATIO, f"{quickest_few * 1000:.1f} ms, {quickest_many * 1000:.1f} ms"
