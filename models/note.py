"""What people write on an order."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Note(Base):
    """What was written with a change: for the customer or, when internal, for the merchant's eyes only."""

    __tablename__ = "notes"
    __table_args__ = (CheckConstraint("length(body) BETWEEN 1 AND 1000", name="body_has_a_length"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    body: Mapped[str] = mapped_column(String(1000))
    internal: Mapped[bool]
