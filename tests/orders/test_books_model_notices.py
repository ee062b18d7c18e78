"""A test that can't fail proves nothing: with a fault planted in the product, the books of the model disagree."""

import inspect

import pytest
from hypothesis import Phase
from sqlalchemy.exc import IntegrityError

from blueprints import stock
from blueprints.orders import cancelling, cancelling_part, settling, withdrawing
from tests.orders.test_books_model import desk, run  # noqa: F401 (a fixture, to be found here)

pytestmark = pytest.mark.slow

# Where a fault is planted: the function, what of it is replaced, and by what.
PLANTED = {
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
        " or not heard_of(session, done).may_be_undone",
        "",
    ),
    "a part that gives no discount back": (
        withdrawing,
        "_give_back_part",
        "order.discount += done.discount_share",
        "pass",
    ),
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
        "    session.connection(execution_options={'sqlite_begin': 'IMMEDIATE'})\n"
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


@pytest.mark.parametrize("fault", PLANTED)
def test_with_a_fault_in_it_the_model_notices(desk, monkeypatch, fault):  # noqa: F811 (a fixture's name)
    """Whether as books that do not agree or as a database that refuses: a refusal of the product's own is no notice."""
    module, name, old, new = PLANTED[fault]
    source = inspect.getsource(getattr(module, name))
    assert source.count(old) == 1
    planted = {}
    exec(source.replace(old, new), vars(module), planted)
    monkeypatch.setattr(getattr(module, name), "__code__", planted[name].__code__)  # whoever imported it has it too
    with pytest.raises((AssertionError, IntegrityError)):
        run(desk, examples=75, phases=[Phase.generate])
