"""The shop itself: its one row of settings, and the lists that its owner keeps."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from urllib.parse import quote

from sqlalchemy import CheckConstraint, ForeignKey, String, func, select, text, true
from sqlalchemy.orm import Mapped, MappedSQLExpression, column_property, mapped_column

from models.base import Base
from models.order_states import BEFORE_DELIVERY, OrderStatus

USUAL_UNDO_S = 30
LONGEST_UNDO_S = 15 * 60
FEWEST_UNPAID_HOURS = 2
MOST_UNPAID_HOURS = 90 * 24
USUAL_NOTICE_HOURS = 24
MOST_NOTICE_HOURS = 30 * 24
PLACE_OF_WAYBILL = "{waybill}"


class Language(StrEnum):
    ENGLISH = "en"
    FILIPINO = "fil"


class Store(Base):
    __tablename__ = "store"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint(f"undo_seconds BETWEEN 0 AND {LONGEST_UNDO_S}", name="undo_within_bounds"),
        CheckConstraint(
            f"unpaid_hours IS NULL OR unpaid_hours BETWEEN {FEWEST_UNPAID_HOURS} AND {MOST_UNPAID_HOURS}",
            name="unpaid_within_bounds",
        ),
        CheckConstraint(f"unpaid_notice_hours BETWEEN 1 AND {MOST_NOTICE_HOURS}", name="notice_within_bounds"),
        CheckConstraint("unpaid_hours IS NULL OR unpaid_notice_hours < unpaid_hours", name="notice_before_the_end"),
        CheckConstraint("(unpaid_hours IS NULL) = (unpaid_since IS NULL)", name="unpaid_since_some_time"),
        CheckConstraint("ask_until NOT IN ('completed', 'declined', 'returned', 'cancelled')", name="asked_in_time"),
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
    unpaid_hours: Mapped[int | None]
    """After how long an order that is not paid for is cancelled; None: never."""
    unpaid_since: Mapped[datetime | None]
    """Since when that is so. Orders that were placed before are left alone."""
    unpaid_notice_hours: Mapped[int] = mapped_column(
        default=USUAL_NOTICE_HOURS, server_default=text(str(USUAL_NOTICE_HOURS))
    )
    """How long before it the customer is reminded."""
    unpaid_note: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    """What the customer reads with such a cancel."""
    unpaid_reason_id: Mapped[int | None] = mapped_column(ForeignKey("reasons.id"))
    customers_may_ask: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether customers may ask for a cancel by a link in their emails."""
    ask_until: Mapped[OrderStatus] = mapped_column(default=OrderStatus.PROCESSING, server_default=text("'processing'"))
    """The last status in which they may."""
    support_name: Mapped[str] = mapped_column(String(100))
    support_email: Mapped[str | None] = mapped_column(String(254))
    is_demo: Mapped[bool] = mapped_column(default=False)
    _kinds_off: ClassVar[MappedSQLExpression[str | None]]
    """The kinds of email that are off, with commas; read from the table of alerts, see the end of this file."""

    @property
    def kinds_off(self) -> set[str]:
        """The kinds of email that Settings has switched off, whatever it says of all; as read with the store."""
        return set((self._kinds_off or "").split(","))

    def lets_ask(self, status: OrderStatus) -> bool:
        """Whether a customer may ask for a cancel of an order that is so far."""
        if not self.customers_may_ask or status not in BEFORE_DELIVERY:
            return False
        return BEFORE_DELIVERY.index(status) <= BEFORE_DELIVERY.index(self.ask_until)


class Alert(Base):
    """Whether customers are mailed about one kind of thing. No row means yes."""

    __tablename__ = "alerts"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    on: Mapped[bool]


# Read in the same statement as the store, which every page needs.
Store._kinds_off = column_property(
    select(func.aggregate_strings(Alert.kind, ",")).where(Alert.on.is_(False)).scalar_subquery()
)


class Courier(Base):
    """`integrated`: only the support team can cancel what is booked with it."""

    __tablename__ = "couriers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    integrated: Mapped[bool]
    active: Mapped[bool] = mapped_column(default=True)
    tracking_url: Mapped[str | None] = mapped_column(
        String(300),
        CheckConstraint(
            "(substr(tracking_url, 1, 8) = 'https://' OR substr(tracking_url, 1, 7) = 'http://') AND "
            f"length(tracking_url) - length(replace(tracking_url, '{PLACE_OF_WAYBILL}', '')) = {len(PLACE_OF_WAYBILL)}",
            name="tracked_on_the_web_by_one_waybill",
        ),
    )
    """The courier's own page about a parcel, with PLACE_OF_WAYBILL where its waybill goes."""

    def page_about(self, waybill: str) -> str | None:
        if not (self.tracking_url and waybill):
            return None
        return self.tracking_url.replace(PLACE_OF_WAYBILL, quote(waybill, safe=""))


class Reason(Base):
    """Why orders are cancelled, as the store lists it for its own reports."""

    __tablename__ = "reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(60), unique=True)
    rank: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)


# What a store begins with; its owner changes both.
FIRST_COURIERS = (("J&T Express", True), ("Lalamove", False), ("Own rider", False))
"""Each with whether it is integrated."""
FIRST_REASONS = {
    Language.ENGLISH: (
        "Customer changed their mind",
        "Out of stock",
        "Wrong address",
        "Suspected fraud",
        "Other",
    ),
    Language.FILIPINO: (
        "Nagbago ang isip ng customer",
        "Wala nang stock",
        "Mali ang address",
        "Mukhang panloloko",
        "Iba pa",
    ),
}
