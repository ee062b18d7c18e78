"""The shop itself: its one row of settings, and the lists that its owner keeps."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

USUAL_UNDO_S = 30
LONGEST_UNDO_S = 15 * 60


class Language(StrEnum):
    ENGLISH = "en"
    FILIPINO = "fil"


class Store(Base):
    __tablename__ = "store"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint(f"undo_seconds BETWEEN 0 AND {LONGEST_UNDO_S}", name="undo_within_bounds"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    timezone: Mapped[str] = mapped_column(String(64))
    language: Mapped[Language]
    alerts_on: Mapped[bool] = mapped_column(default=True)
    undo_seconds: Mapped[int] = mapped_column(default=USUAL_UNDO_S, server_default=text(str(USUAL_UNDO_S)))
    """How long a cancel can be undone, and the customer's email about it waits."""
    support_name: Mapped[str] = mapped_column(String(100))
    support_email: Mapped[str | None] = mapped_column(String(254))
    is_demo: Mapped[bool] = mapped_column(default=False)


class Alert(Base):
    """Whether customers are mailed about one kind of thing. No row means yes."""

    __tablename__ = "alerts"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    on: Mapped[bool]


class Courier(Base):
    """`integrated`: only the support team can cancel what is booked with it."""

    __tablename__ = "couriers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    integrated: Mapped[bool]
    active: Mapped[bool] = mapped_column(default=True)


class Reason(Base):
    """Why orders are cancelled, as the store lists it for its own reports."""

    __tablename__ = "reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(60), unique=True)
    rank: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
