"""Orders: what was bought, by whom, what was paid, who carries it, and how far it is."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    ForeignKey,
    Index,
    String,
    event,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column, relationship

from models.base import Base, Money
from models.order_states import (
    ALLOWED_CHANGES,
    DELIVERED,
    FINISHED,
    IN_THE_SHOP,
    ON_THE_WAY,
    TAKES_NO_PAYMENT,
    OrderSource,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    payment_status_of,
)
from models.postgresql import VirtualInSQLite
from models.search import ORDER_INDEX, facets_sql, keep_index_of, searchable
from models.store import Courier

if TYPE_CHECKING:
    from models.cancel_request import CancelRequest
    from models.cancellation import Cancellation
    from models.order_item import OrderItem

_ID_BITS = 31


def position_of(placed_at: datetime, order_id: int) -> int:
    """The order's place in the list: by the second it was placed in, then by id. One number, so that paging
    and the search index (whose row number it is) can both walk newest first from any point at no cost."""
    return int(placed_at.timestamp()) << _ID_BITS | order_id


class Order(Base):
    __tablename__ = "orders"  # "order" is a word of SQL
    __table_args__ = (
        CheckConstraint("length(number) BETWEEN 1 AND 40", name="number_has_a_length"),
        CheckConstraint("total >= 0 AND shipping >= 0 AND discount >= 0 AND tax >= 0", name="money_not_negative"),
        CheckConstraint("refunded >= 0 AND refunded <= paid", name="refunded_within_paid"),
        CheckConstraint(
            "(payment_status = 'refunded') = (paid > 0 AND refunded = paid)",
            name="refunded_is_all",
        ),
        CheckConstraint(
            "(payment_status = 'partially_refunded') = (refunded > 0 AND refunded < paid)",
            name="refunded_is_part",
        ),
        CheckConstraint("(status = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled_has_a_date"),
        CheckConstraint("(booked_at IS NULL) = (courier_id IS NULL)", name="booked_has_a_courier"),
        CheckConstraint(
            "booked_at IS NOT NULL OR booking_cancelled_at IS NULL",
            name="only_a_booking_is_cancelled",
        ),
        CheckConstraint(
            "booking_cancelled_at IS NULL OR NOT booking_integrated OR courier_reference IS NOT NULL",
            name="courier_confirmed_with_a_reference",
        ),
        CheckConstraint(
            "status <> 'cancelled' OR NOT booking_integrated OR booking_cancelled_at IS NOT NULL",
            name="not_cancelled_while_the_courier_holds_it",
        ),
        Index("ix_orders_status", "status", "position"),
        Index("ix_orders_payment_status", "payment_status", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int] = mapped_column(BigInteger, unique=True)
    version: Mapped[int] = mapped_column()
    """Rises with every change; a form carries it, so that a stale page changes nothing."""
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it so)
    placed_at: Mapped[datetime]
    source: Mapped[OrderSource] = mapped_column(default=OrderSource.FORM)
    status: Mapped[OrderStatus] = mapped_column(default=OrderStatus.PENDING)
    cancelled_at: Mapped[datetime | None]

    customer_name: Mapped[str] = mapped_column(String(200))
    customer_email: Mapped[str | None] = mapped_column(String(254))
    customer_phone: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(500), default="")
    customer_note: Mapped[str] = mapped_column(String(2000), default="")
    """What the customer wrote with the order."""

    currency: Mapped[str] = mapped_column(String(3))
    shipping: Mapped[Money] = mapped_column(default=0)
    discount: Mapped[Money] = mapped_column(default=0)
    tax: Mapped[Money] = mapped_column(default=0)
    total: Mapped[Money]
    paid: Mapped[Money] = mapped_column(default=0)
    refunded: Mapped[Money] = mapped_column(default=0)
    payment_status: Mapped[PaymentStatus] = mapped_column(default=PaymentStatus.UNPAID)
    payment_method: Mapped[PaymentMethod] = mapped_column(default=PaymentMethod.COD)

    courier_id: Mapped[int | None] = mapped_column(ForeignKey("couriers.id"))
    waybill: Mapped[str] = mapped_column(String(60), default="")
    booked_at: Mapped[datetime | None]
    booking_integrated: Mapped[bool] = mapped_column(default=False)
    """As the courier was marked when it was booked: unticking it later frees no booking."""
    booking_cancelled_at: Mapped[datetime | None]
    courier_reference: Mapped[str | None] = mapped_column(String(60))
    """The courier's own confirmation that it cancelled the booking."""
    item_count: Mapped[int] = mapped_column(default=0)
    """How many pieces remain of its items, kept here so that the list need not read them."""
    search_text: Mapped[str]
    """What the search looks in, folded: number, name, email, the digits of the phone."""
    facets: Mapped[str] = mapped_column(VirtualInSQLite(facets_sql(), persisted=False), deferred=True)

    courier: Mapped[Courier | None] = relationship()
    items: Mapped[list["OrderItem"]] = relationship(back_populates="order", order_by="OrderItem.id")
    parts_cancelled: Mapped[list["Cancellation"]] = relationship(
        primaryjoin="and_(Order.id == foreign(Cancellation.order_id), Cancellation.is_part, "
        "Cancellation.withdrawn_at.is_(None))",
        order_by="Cancellation.id",
        viewonly=True,
    )
    open_request: Mapped["CancelRequest | None"] = relationship(
        primaryjoin="and_(Order.id == foreign(CancelRequest.order_id), CancelRequest.state == 'open')", viewonly=True
    )

    @property
    def courier_name(self) -> str | None:
        return self.courier.name if self.courier else None

    @property
    def is_booked(self) -> bool:
        return self.booked_at is not None and self.booking_cancelled_at is None

    @property
    def only_support_can_cancel(self) -> bool:
        return self.is_booked and self.booking_integrated

    @property
    def booking_can_be_cancelled(self) -> bool:
        """By the store itself."""
        return self.is_booked and not self.only_support_can_cancel and not self.is_delivered

    @property
    def is_delivered(self) -> bool:
        """The courier has done its work, whether the customer kept the parcel or sent it back."""
        return self.status in DELIVERED

    @property
    def can_be_accepted(self) -> bool:
        return OrderStatus.ACCEPTED in ALLOWED_CHANGES[self.status]

    @property
    def can_be_declined(self) -> bool:
        takes_it_back = self.paid == 0 or self.payment_method is PaymentMethod.COD
        return self.status is OrderStatus.PENDING and takes_it_back and not self.only_support_can_cancel

    @property
    def can_be_cancelled(self) -> bool:
        return self.can_be_cancelled_by_support and not self.only_support_can_cancel

    @property
    def can_be_cancelled_by_support(self) -> bool:
        """Once the courier has confirmed that it lets go of it."""
        return OrderStatus.CANCELLED in ALLOWED_CHANGES[self.status]

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    @property
    def is_on_its_way(self) -> bool:
        return self.status in ON_THE_WAY

    def allowed_changes(self) -> tuple[OrderStatus, ...]:
        """The statuses that the merchant may choose next, Cancelled among them only when it is allowed."""
        may = {OrderStatus.DECLINED: self.can_be_declined, OrderStatus.CANCELLED: self.can_be_cancelled}
        return tuple(status for status in ALLOWED_CHANGES[self.status] if may.get(status, True))

    @property
    def to_pay(self) -> int:
        """What the customer has not paid yet, in minor units."""
        return max(0, self.total + self.fees_and_owed - self.paid)

    @property
    def fees_and_owed(self) -> int:
        """What of the paid money belongs to cancels of parts, so that it pays for nothing that remains."""
        return sum(part.fee_and_owed for part in self.parts_cancelled) if self.paid else 0

    @property
    def paid_for_rest(self) -> int:
        return max(0, self.paid - self.fees_and_owed)

    @property
    def takes_payment(self) -> bool:
        return self.status not in TAKES_NO_PAYMENT and self.to_pay > 0

    @property
    def refundable(self) -> int:
        """What would be owed back if the order were cancelled now: cancels of parts have dealt with theirs."""
        left = self.paid - self.refunded
        return max(0, left - sum(part.fee_and_left for part in self.parts_cancelled)) if left > 0 else 0

    @property
    def payment_can_be_corrected(self) -> bool:
        """As far as it has not gone back, and up to what is to be paid, where no payment can be recorded any more; but
        not while a cancel owes what rests on it."""
        owes = self.status is OrderStatus.CANCELLED or any(part.is_owed for part in self.parts_cancelled if self.paid)
        return not owes and (self.refundable > 0 or (self.status in TAKES_NO_PAYMENT and self.to_pay > 0))

    @property
    def refund_can_be_corrected(self) -> bool:
        """What was recorded by hand, and no cancel counted on: what one owes is settled, and reversed, by itself."""
        return self.refunded > 0 and self.status is not OrderStatus.CANCELLED and not self.parts_cancelled

    @property
    def payment_status_now(self) -> PaymentStatus:
        """What the amounts amount to; where nothing was paid, a smaller total makes nothing paid."""
        if not self.paid:
            return self.payment_status
        return payment_status_of(total=self.total + self.fees_and_owed, paid=self.paid, refunded=self.refunded)

    @property
    def can_gain_items(self) -> bool:
        """Nobody has taken the parcel away yet."""
        return self.status in IN_THE_SHOP

    @property
    def remaining_items(self) -> list["OrderItem"]:
        return [item for item in self.items if item.remaining]

    @property
    def subtotal(self) -> int:
        return self.total - self.shipping - self.tax + self.discount


def search_text_of(order: "Order") -> str:
    return searchable(
        number=order.number, name=order.customer_name, email=order.customer_email, phone=order.customer_phone
    )


def next_order_id(connection: Connection) -> int:
    """Safe only under the write lock, which keeps anybody else from taking the same."""
    return (connection.scalar(select(func.max(Order.id))) or 0) + 1


@event.listens_for(Session, "before_flush")
def _give_ids(session: Session, _context: Any, _instances: Any) -> None:
    """Before the database would: the position of an order is made of its id."""
    new = [row for row in session.new if isinstance(row, Order) and row.id is None]
    if new:
        for order_id, order in enumerate(new, start=next_order_id(session.connection())):
            order.id = order_id


@event.listens_for(Order, "before_insert")
@event.listens_for(Order, "before_update")
def _make_findable(_mapper: Mapper[Any], _connection: Connection, order: Order) -> None:
    order.position = position_of(order.placed_at, order.id)
    order.search_text = search_text_of(order)


keep_index_of(Order, ORDER_INDEX)
