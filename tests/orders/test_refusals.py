"""Refusals carry facts. Each is put into words somewhere: on the page that was refused, or beside a field of it."""

from pathlib import Path

import pytest

from blueprints.orders import correcting_customer, correcting_payment, correcting_refund, settling  # noqa: F401 (have refusals of their own)
from blueprints.orders.refusals import OrderRefusal

TEMPLATES = Path(__file__).parents[2] / "templates" / "orders"
SAID_BESIDE_A_FIELD = {
    "courier_unknown",
    "fee_too_high",
    "more_than_is_open",
    "nothing_chosen",
    "nothing_to_change",
    "paid_on_no_such_day",
    "paid_out_of_bounds",
    "reason_unknown",
    "reference_missing",
    "that_is_all",
}
SAID_BY_A_PAGE_OF_ITS_OWN = {"decided_already", "refund_is_owed", "too_late_to_ask"}


def below(refusal):
    for kind in refusal.__subclasses__():
        yield kind
        yield from below(kind)


@pytest.mark.parametrize("refusal", list(below(OrderRefusal)), ids=lambda refusal: refusal.__name__)
def test_no_refusal_leaves_the_reader_without_a_word(refusal):
    worded = "".join(page.read_text() for page in TEMPLATES.glob("_refusal*.html"))
    elsewhere = SAID_BESIDE_A_FIELD | SAID_BY_A_PAGE_OF_ITS_OWN
    assert (f'"{refusal.code}"' in worded) is not (refusal.code in elsewhere)
