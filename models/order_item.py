"""What one line of an order is of."""

from sqlalchemy import CheckConstraint, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Money
from models.order import Order


class OrderItem(Base):
    __tablename__ = "order_items"
    __table_args__ = (
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        CheckConstraint("price >= 0", name="price_not_negative"),
        CheckConstraint("cancelled BETWEEN 0 AND quantity", name="cancelled_within_quantity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    sku: Mapped[str] = mapped_column(String(80), default="")
    name: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[int]
    """As it was ordered."""
    cancelled: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many of them were cancelled while the order went on."""
    price: Mapped[Money]
    """Of one piece."""

    order: Mapped[Order] = relationship(back_populates="items")

    @property
    def remaining(self) -> int:
        return self.quantity - (self.cancelled or 0)  # one that was never in the database has no default yet

    @property
    def amount(self) -> int:
        """Of what remains."""
        return self.remaining * self.price
