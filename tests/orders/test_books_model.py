"""Whatever happens to orders, in whatever order, and wherever the power fails: the books agree."""

import shutil

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event, select

from blueprints import retrying
from models import Courier, db
from tests.mail.server import PostOffice
from tests.orders.cancel_rules import Desk
from tests.orders.desk_rules import SKUS
from tests.orders.ledger import Ledger

pytestmark = pytest.mark.slow

# What makes it worth anything: each of these has happened many times, and not only been refused.
OFTEN = (
    "add: done", "bring_in: done", "bring_in: cut", "pay: done", "give back: done", "go on: done", "count: done",
    "mail ok: done", "mail 421: done", "mail drop: done", "send again: done", "cancel: done", "cancel: cut",
    "cancel: BookedWithCourier", "cancel: FeeTooHigh", "cancel then undo", "cancel then settle",
    "cancel then reinstate", "cancel part: done", "undo: done", "undo: UndoIsOver", "reinstate: done",
    "reinstate: cut", "settle: done", "settle: RefundIsClosed",
)  # fmt: skip


@pytest.fixture
def desk(app, shop, monkeypatch):
    """Three products on the first day, mail that goes to a server of our own, and dice that always fall alike."""
    post_office = PostOffice()
    post_office.open()
    ledger = Ledger()
    for sku in SKUS[:3]:
        product = shop.product(sku, on_hand=5, tracked=sku != "GIFT-WRAP")
        ledger.stock[product.id] = 5
    app.extensions["mail"].port = post_office.port
    monkeypatch.setattr(retrying, "about", lambda wait: wait)
    with app.app_context():
        integrated, other = (
            db.session.scalars(select(Courier.id).where(Courier.integrated.is_(is_it), Courier.active)).first()
            for is_it in (True, False)
        )
        db.session.remove()
        event.listen(db.engine, "checkout", lambda raw, *_: raw.execute("PRAGMA synchronous=OFF"))  # PowerCut is ours
        event.listen(db.engine, "before_cursor_execute", Desk.fuse.count)
        event.listen(db.engine, "commit", Desk.fuse.count)
        db.engine.dispose()
    shutil.copy(f"{app.instance_path}/suki.db", f"{app.instance_path}/start.db")
    Desk.app, Desk.office, Desk.first_ledger = app, post_office, ledger
    Desk.couriers = {None: None, "integrated": integrated, "other": other}
    Desk.happened.clear()
    yield Desk
    post_office.close()


def run(desk, *, examples, number=1, phases=(Phase.generate,)):
    run_state_machine_as_test(
        seed(number)(desk),  # the same days each time, wherever they run
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,  # the machine may be busy with something else
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),  # an example is a whole day at the desk: long, and slow to make
        ),
    )


def test_the_books_agree_whatever_happens(desk):
    run(desk, examples=50)
    for name in OFTEN:
        assert desk.happened[name], f"{name} hardly happened: {sorted(desk.happened.items())}"
