"""What a cancel decided, of a whole order or of a part: reason, words, items, stock, and the money owed back for it."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, and_, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Money, with_table_of
from models.email import Email, EmailState
from models.note import Note
from models.order_item import OrderItem
from models.order_states import OrderStatus
from models.store import Reason
from models.user import User

if TYPE_CHECKING:
    from models.api import ApiToken


class Withdrawal(StrEnum):
    """How a cancel came to hold no longer."""

    UNDONE = "undone"
    """Before the customer was told."""
    REINSTATED = "reinstated"


HOLDS = text("withdrawn_at IS NULL")
OF_WHOLE_ORDER = text("withdrawn_at IS NULL AND is_part = 0")


class Cancellation(Base):
    """One cancel of one order, or of a part of it. `withdrawn_at`: it no longer holds. An order has at most one that
    holds for the whole of it; parts may have been cancelled before that."""

    __tablename__ = "cancellations"
    __table_args__ = (
        Index(
            "uq_cancellations_current",
            "order_id",
            unique=True,
            sqlite_where=OF_WHOLE_ORDER,
            postgresql_where=text("withdrawn_at IS NULL AND NOT is_part"),
        ),
        Index("ix_cancellations_at", "at", "id", sqlite_where=HOLDS, postgresql_where=HOLDS),
        CheckConstraint("fee >= 0", name="fee_not_negative"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawal IS NULL)", name="withdrawn_somehow"),
        CheckConstraint("taken_off >= 0", name="takes_off_no_less_than_nothing"),
        CheckConstraint(
            "is_part OR (taken_off = 0 AND discount_share = 0 AND tax_share = 0)", name="only_a_part_changes_the_total"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    previous_status: Mapped[OrderStatus]
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("reasons.id"))
    note_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id"))
    internal_note_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id"))
    restock: Mapped[bool]
    """Whether the items were to go back into stock."""
    pieces_back: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many did: no more than Suki had taken for the order."""
    notify: Mapped[bool] = mapped_column(default=True)
    """Whether the customer was to be told; whether an email went out stands in its own row."""
    fee: Mapped[Money] = mapped_column(default=0, server_default=text("0"))
    """What the shop keeps of what was paid; the rest is owed back."""
    once: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The form that asked for it: the same form sent twice gets the first answer again."""
    is_part: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Of some items; the order goes on with the rest."""
    taken_off: Mapped[Money] = mapped_column(default=0, server_default=text("0"))
    """How much less the order comes to for it: what the items cost, less the discount that was theirs, plus the tax."""
    discount_share: Mapped[Money] = mapped_column(default=0, server_default=text("0"))
    tax_share: Mapped[Money] = mapped_column(default=0, server_default=text("0"))
    email_id: Mapped[int | None] = mapped_column(ForeignKey("emails.id"))
    """To the customer, about it."""
    refunded_before: Mapped[Money] = mapped_column(default=0, server_default=text("0"))
    """What of the order's money had gone back by then."""
    undo_until: Mapped[datetime | None]
    """Until then the customer's email waits and all of it can be undone; None where it can't be."""
    withdrawn_at: Mapped[datetime | None]
    withdrawal: Mapped[Withdrawal | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    token_id: Mapped[int | None] = mapped_column(ForeignKey("api_tokens.id"))
    """Of the program that asked for it, in the name of `user`."""

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    reason: Mapped[Reason | None] = relationship()
    note: Mapped[Note | None] = relationship(foreign_keys=[note_id])
    internal_note: Mapped[Note | None] = relationship(foreign_keys=[internal_note_id])
    email: Mapped[Email | None] = relationship()
    refund: Mapped["Refund | None"] = relationship(viewonly=True, lazy="joined")
    items: Mapped[list["CancelledItem"]] = relationship(order_by="CancelledItem.order_item_id")
    program: Mapped["ApiToken | None"] = relationship()

    @property
    def who(self) -> str | None:
        """None: Suki itself."""
        by_hand = self.user.name if self.user else None
        return self.program.signature if self.program else by_hand

    @property
    def is_owed(self) -> bool:
        return self.refund is not None and self.refund.is_open

    @property
    def fee_and_left(self) -> int:
        """What of the paid money it has dealt with that has not gone back: a fee kept, and what is owed or waived."""
        return self.fee + (self.refund.left if self.refund else 0)

    @property
    def fee_and_owed(self) -> int:
        """Of the paid money as well, gone back or not: a fee kept, and all that it owed."""
        return self.fee + (self.refund.owed if self.refund else 0)

    def waiting_email(self, at: datetime) -> Email | None:
        """The customer's email about it, as long as it has not begun to leave."""
        is_in_time = self.undo_until is not None and at < self.undo_until
        return self.email if is_in_time and self.email and self.email.state is EmailState.HELD else None


HOLDS_FOR_ALL = and_(Cancellation.withdrawn_at.is_(None), Cancellation.is_part.is_(False))
"""Of an order at most one."""


class CancelledItem(Base):
    """How many pieces of one item a cancel was of."""

    __tablename__ = "cancelled_items"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="some_pieces"),
        CheckConstraint("put_back BETWEEN 0 AND quantity", name="no_more_back_than_cancelled"),
    )

    cancellation_id: Mapped[int] = mapped_column(ForeignKey("cancellations.id"), primary_key=True)
    order_item_id: Mapped[int] = mapped_column(ForeignKey("order_items.id"), primary_key=True, index=True)
    quantity: Mapped[int]
    put_back: Mapped[int]
    """How many of them were to go back into stock; what did go back stands in the movements of the stock."""

    item: Mapped[OrderItem] = relationship()


STILL_OWED = text("settled_at IS NULL")
ALL_BACK = text("settled_at IS NOT NULL AND waived_at IS NULL AND withdrawn_at IS NULL")
LET_GO = text("waived_at IS NOT NULL")
LONGEST_REASON = 500


class Refund(Base):
    """Money that one cancel owes back to the customer, in the order's currency; from owed to settled. It closes
    by the settlement that makes it whole, when what is left of it is waived, or when its cancel is withdrawn; and opens
    again only when a settlement turns out to have been noted by mistake."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("owed > 0", name="owes_something"),
        CheckConstraint("settled BETWEEN 0 AND owed", name="settled_within_owed"),
        CheckConstraint(
            "(settled_at IS NULL) = (settled < owed AND waived_at IS NULL AND withdrawn_at IS NULL)",
            name="closed_when_nothing_is_left",
        ),
        CheckConstraint("withdrawn_at IS NULL OR (settled = 0 AND waived_at IS NULL)", name="withdrawn_untouched"),
        CheckConstraint("waived_at IS NULL OR settled < owed", name="only_what_is_left_is_waived"),
        CheckConstraint("(waived_at IS NULL) = (waived_because IS NULL)", name="waived_for_a_reason"),
        CheckConstraint(
            f"waived_because IS NULL OR length(waived_because) BETWEEN 1 AND {LONGEST_REASON}",
            name="reason_has_a_length",
        ),
        Index("ix_refunds_owed", "id", sqlite_where=STILL_OWED, postgresql_where=STILL_OWED),
        Index("ix_refunds_waiting", "owed_at", "id", sqlite_where=STILL_OWED, postgresql_where=STILL_OWED),
        Index("ix_refunds_all_back", "settled_at", "id", sqlite_where=ALL_BACK, postgresql_where=ALL_BACK),
        Index("ix_refunds_waived", "waived_at", "id", sqlite_where=LET_GO, postgresql_where=LET_GO),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    cancellation_id: Mapped[int] = mapped_column(ForeignKey("cancellations.id"), unique=True)
    owed: Mapped[Money]
    owed_at: Mapped[datetime]
    settled: Mapped[Money] = mapped_column(default=0, server_default=text("0"))
    """The sum of its settlements. Only the database writes it: see models/settlement.py."""
    settled_at: Mapped[datetime | None]
    """When nothing more was left to be returned: all went back, which the database notes, or the rest was waived, or
    its cancel was withdrawn."""
    withdrawn_at: Mapped[datetime | None]
    """When its cancel was withdrawn: it is as if nothing had been owed."""
    waived_at: Mapped[datetime | None]
    waived_because: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    waived_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    cancellation: Mapped[Cancellation] = relationship(viewonly=True)
    waived_by: Mapped[User | None] = relationship()

    @property
    def is_open(self) -> bool:
        return self.settled_at is None

    @property
    def may_be_reversed(self) -> bool:
        """A settlement of it: what was waived rests on what had gone back, and is closed for good."""
        return self.waived_at is None and self.withdrawn_at is None

    @property
    def left(self) -> int:
        return self.owed - self.settled


# An order leaves Cancelled in one way only, and a cancel that was taken back holds no more.
WITHDRAWAL_DDL = (
    "CREATE TRIGGER orders_leave_cancelled_by_a_withdrawal BEFORE UPDATE OF status ON orders "
    "WHEN OLD.status = 'cancelled' AND NEW.status <> 'cancelled' AND NOT EXISTS (SELECT 1 FROM cancellations "
    "WHERE order_id = OLD.id AND NOT is_part AND withdrawn_at IS NOT NULL) "
    "BEGIN SELECT RAISE(ABORT, 'a cancelled order stays so until its cancel is taken back'); END",
    "CREATE TRIGGER orders_leave_no_cancel_behind BEFORE UPDATE OF status ON orders "
    "WHEN OLD.status = 'cancelled' AND NEW.status <> 'cancelled' AND EXISTS (SELECT 1 FROM cancellations "
    "WHERE order_id = OLD.id AND NOT is_part AND withdrawn_at IS NULL) "
    "BEGIN SELECT RAISE(ABORT, 'a cancelled order stays so until its cancel is taken back'); END",
    "CREATE TRIGGER cancellations_are_withdrawn_once BEFORE UPDATE ON cancellations "
    "WHEN OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NOT OLD.withdrawn_at "
    "BEGIN SELECT RAISE(ABORT, 'a cancel that was taken back stays so'); END",
)
with_table_of(Cancellation, *WITHDRAWAL_DDL)
