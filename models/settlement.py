"""Money that went back to a customer, piece by piece, until nothing more is owed; and which of it was a mistake."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Money, with_table_of
from models.order_states import PaymentMethod
from models.text import ERASED
from models.user import User


class SettlementMethod(StrEnum):
    CASH = "cash"
    GCASH = "gcash"
    MAYA = "maya"
    BANK_TRANSFER = "bank_transfer"
    CARD_REVERSAL = "card_reversal"
    OTHER = "other"


# Money usually goes back the way it came.
USUAL_WAY_BACK = {
    PaymentMethod.COD: SettlementMethod.CASH,
    PaymentMethod.CASH_ON_PICKUP: SettlementMethod.CASH,
    PaymentMethod.GCASH: SettlementMethod.GCASH,
    PaymentMethod.MAYA: SettlementMethod.MAYA,
    PaymentMethod.CARD: SettlementMethod.CARD_REVERSAL,
    PaymentMethod.BANK_TRANSFER: SettlementMethod.BANK_TRANSFER,
    PaymentMethod.OTHER: SettlementMethod.OTHER,
}


class Settlement(Base):
    """One payment back to the customer; a refund may need several. Never deleted, and never changed but for its
    reference, which goes with the customer's data."""

    __tablename__ = "settlements"
    __table_args__ = (CheckConstraint("amount > 0", name="settles_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), index=True)
    amount: Mapped[Money]
    method: Mapped[SettlementMethod]
    reference: Mapped[str] = mapped_column(String(80), default="")
    """What the bank or the wallet called it."""
    paid_on: Mapped[date]
    at: Mapped[datetime]
    """When it was noted; the money may have gone back earlier."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    once: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The form that noted it: the same form sent twice gets the first answer again."""

    user: Mapped[User | None] = relationship()
    reversal: Mapped["SettlementReversal | None"] = relationship(viewonly=True)


class SettlementReversal(Base):
    """That a settlement was noted by mistake, and no such money went back: as in any ledger an entry of its own, which
    makes it count no more. Never changed, never deleted. Why stands in a note of its event."""

    __tablename__ = "settlement_reversals"

    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlements.id"), primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    user: Mapped[User | None] = relationship()


_SAME_SETTLEMENT = " AND ".join(
    f"NEW.{column} IS OLD.{column}"
    for column in ("id", "refund_id", "amount", "method", "paid_on", "at", "user_id", "once")
)
_SAME_REFUND = " AND ".join(
    f"NEW.{column} IS OLD.{column}"
    for column in ("id", "order_id", "cancellation_id", "owed", "owed_at", "withdrawn_at")
)

_ALL_THAT_COUNT = (
    "(SELECT coalesce(sum(amount), 0) FROM settlements WHERE refund_id = NEW.id AND NOT EXISTS "
    "(SELECT 1 FROM settlement_reversals WHERE settlement_reversals.settlement_id = settlements.id))"
)
_ITS_REFUND = "(SELECT refund_id FROM settlements WHERE id = NEW.settlement_id)"

# The ledger keeps itself: whatever writes a settlement or reverses one, its refund knows of it in the same moment. With
# a customer's data the words in it go, and no number.
LEDGER_DDL = (
    "CREATE TRIGGER settlements_only_while_owed BEFORE INSERT ON settlements "
    "WHEN (SELECT settled_at IS NOT NULL OR settled + NEW.amount > owed FROM refunds WHERE id = NEW.refund_id) "
    "BEGIN SELECT RAISE(ABORT, 'no more is settled than is owed'); END",
    "CREATE TRIGGER settlements_add_up AFTER INSERT ON settlements BEGIN "
    "UPDATE refunds SET settled = settled + NEW.amount, "
    "settled_at = CASE WHEN settled + NEW.amount = owed THEN NEW.at END WHERE id = NEW.refund_id; END",
    "CREATE TRIGGER settlements_no_update BEFORE UPDATE ON settlements "  # noqa: S608 (our own names)
    f"WHEN NOT ({_SAME_SETTLEMENT} AND NEW.reference = '' AND EXISTS (SELECT 1 FROM refunds JOIN erased_orders "
    "ON erased_orders.order_id = refunds.order_id WHERE refunds.id = OLD.refund_id)) "
    "BEGIN SELECT RAISE(ABORT, 'settlements are never changed'); END",
    "CREATE TRIGGER settlements_no_delete BEFORE DELETE ON settlements "
    "BEGIN SELECT RAISE(ABORT, 'settlements are never changed'); END",
    "CREATE TRIGGER refunds_begin_unsettled BEFORE INSERT ON refunds WHEN NEW.settled <> 0 "
    "BEGIN SELECT RAISE(ABORT, 'only settlements settle a refund'); END",
    "CREATE TRIGGER refunds_settled_is_the_sum BEFORE UPDATE OF settled ON refunds "
    f"WHEN NEW.settled <> {_ALL_THAT_COUNT} BEGIN SELECT RAISE(ABORT, 'only settlements settle a refund'); END",
    "CREATE TRIGGER refunds_stay_closed BEFORE UPDATE ON refunds WHEN OLD.settled_at IS NOT NULL "  # noqa: S608 (our own names)
    f"AND NOT ({_SAME_REFUND} AND NEW.settled IS OLD.settled AND NEW.settled_at IS OLD.settled_at "
    "AND NEW.waived_at IS OLD.waived_at AND NEW.waived_by_id IS OLD.waived_by_id "
    f"AND NEW.waived_because = '{ERASED}' "
    "AND EXISTS (SELECT 1 FROM erased_orders WHERE order_id = OLD.order_id)) "
    f"AND NOT ({_SAME_REFUND} AND NEW.settled < OLD.settled AND NEW.settled_at IS NULL AND OLD.waived_at IS NULL "
    "AND NEW.waived_at IS NULL) "
    "BEGIN SELECT RAISE(ABORT, 'a closed refund stays so'); END",
    "CREATE TRIGGER settlement_reversals_not_of_what_was_waived BEFORE INSERT ON settlement_reversals "  # noqa: S608 (our own names)
    f"WHEN (SELECT waived_at IS NOT NULL FROM refunds WHERE id = {_ITS_REFUND}) "
    "BEGIN SELECT RAISE(ABORT, 'a closed refund stays so'); END",
    "CREATE TRIGGER settlement_reversals_take_off AFTER INSERT ON settlement_reversals BEGIN "  # noqa: S608 (our own names)
    "UPDATE refunds SET settled = settled - (SELECT amount FROM settlements WHERE id = NEW.settlement_id), "
    f"settled_at = NULL WHERE id = {_ITS_REFUND}; END",
    "CREATE TRIGGER settlement_reversals_no_update BEFORE UPDATE ON settlement_reversals "
    "BEGIN SELECT RAISE(ABORT, 'reversals are never changed'); END",
    "CREATE TRIGGER settlement_reversals_no_delete BEFORE DELETE ON settlement_reversals "
    "BEGIN SELECT RAISE(ABORT, 'reversals are never changed'); END",
)

with_table_of(SettlementReversal, *LEDGER_DDL)  # the latest of the three tables, each of which some of them name
