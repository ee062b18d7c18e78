"""Whatever happens to orders, in whatever order, and wherever the power fails: the books agree."""

import inspect
import shutil

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from blueprints import retrying, stock, windows
from blueprints.orders import cancelling, cancelling_part, settling, withdrawing
from models import Courier, db
from tests.mail.server import PostOffice
from tests.orders.cancel_rules import Desk
from tests.orders.desk_rules import SKUS
from tests.orders.ledger import Ledger

pytestmark = pytest.mark.slow

# What makes it worth anything: each of these has happened many times, and not only been refused.
OFTEN = (
    "add: done", "bring_in: done", "bring_in: cut", "pay: done", "give back: done",
    "correct: done", "correct refund: done", "go on: done", "count: done",
    "mail ok: done", "mail 421: done", "mail drop: done", "send again: done", "cancel: done", "cancel: cut",
    "cancel: BookedWithCourier", "cancel: FeeTooHigh", "cancel then undo", "cancel then settle",
    "cancel then reinstate", "cancel part: done", "undo: done", "undo: UndoIsOver", "reinstate: done",
    "reinstate: cut", "settle: done", "settle: RefundIsClosed", "reverse: done",
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


# Where a fault is planted: the function, what of it is replaced, and by what.
PLANTED = {
    "a mix-up of roles: support is taken for the merchant": (
        windows,
        "require_open",
        "if by.is_merchant or by.user_id is None:",
        "if True:",
    ),
    "an undo that forgets the stock": (
        withdrawing,
        "_withdraw",
        "stock.take_again(session, stock.put_back_by(session, done.id), kind, by=by, at=at)",
        "pass",
    ),
    "a cancel that was taken back and still owes": (
        withdrawing,
        "_withdraw",
        "done.refund.withdrawn_at = done.refund.settled_at = at",
        "pass",
    ),
    "an undo that leaves the letter to the customer where it is": (
        withdrawing,
        "_withdraw",
        "if done.email_id is not None:",
        "if False:",
    ),
    "an undo after the customer has heard": (
        withdrawing,
        "refuse_to_undo",
        " or not (heard or heard_of(session, done)).may_be_undone",
        "",
    ),
    "a part that gives no discount back": (
        withdrawing,
        "_give_back_part",
        "order.discount += done.discount_share",
        "pass",
    ),
    "a part that gives no tax back": (withdrawing, "_give_back_part", "order.tax += done.tax_share", "pass"),
    "more put back than was cancelled": (stock, "put_back", "min(taken, pieces[item_id])", "taken"),
    "a part that leaves the total as it was": (cancelling_part, "take_off", "order.total -= share.taken_off", "pass"),
    "a fee that is owed back all the same": (
        cancelling,
        "cancel_under_lock",
        "order.refundable - wish.fee",
        "order.refundable",
    ),
    "a letter that is queued in a transaction of its own": (
        cancelling,
        "cancel_under_lock",
        "    message = customer_email(",
        "    session.commit()\n"
        "    session.connection(execution_options={'writes': True})\n"
        "    message = customer_email(",
    ),
    "a form that cancels a second time what was undone": (
        cancelling_part,
        "cancel_part",
        "if once and was_done_by(session, order, wish, by, once, pieces):",
        "version, once = order.version, None\n        if False:",
    ),
    "a settlement that the order does not know of": (
        settling,
        "_settle",
        "order.refunded += repayment.amount",
        "order.version += 1",
    ),
}
QUICK = ("a mix-up of roles: support is taken for the merchant", "more put back than was cancelled")


def run(desk, *, examples, steps=30, number=1):
    run_state_machine_as_test(
        seed(number)(desk),  # the same days each time, wherever they run
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,  # the machine may be busy with something else
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),  # an example is a whole day at the desk: long, and slow to make
        ),
    )


def live_on(desk):
    """Most faults show on the first days of one dice or another; then twice as many days as most of the others need."""
    for number, examples in ((3, 20), (6, 20), (3, 75), (1, 75)):
        run(desk, examples=examples, number=number)


def test_the_books_agree_whatever_happens(gate, desk):
    examples, steps = gate.size(quick=5, full=200), gate.size(quick=30, full=50)
    run(desk, examples=examples, steps=steps)
    if gate.is_full:
        for name in OFTEN:
            assert desk.happened[name], f"{name} hardly happened: {sorted(desk.happened.items())}"
    done = sum(times for name, times in desk.happened.items() if name.endswith(": done"))
    gate.figure(f"{examples} × up to {steps} steps, {done:,} things done: 0 disagreements")


@pytest.mark.control
def test_with_a_fault_in_it_the_model_notices(gate, desk, monkeypatch):
    """Whether as books that do not agree or as a database that refuses: a refusal of the product's own is no notice."""
    faults = list(PLANTED) if gate.is_full else QUICK
    for fault in faults:
        module, name, old, new = PLANTED[fault]
        source = inspect.getsource(getattr(module, name))
        assert source.count(old) == 1
        planted = {}
        exec(source.replace(old, new), vars(module), planted)
        with monkeypatch.context() as patch:  # whoever imported it has it too
            patch.setattr(getattr(module, name), "__code__", planted[name].__code__)
            with pytest.raises((AssertionError, IntegrityError)):
                live_on(desk)
    gate.figure(f"{len(faults)} planted faults, a mix-up of roles among them: each noticed")
