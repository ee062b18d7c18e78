"""Proof of what a customer was told: each email of an order as it stands, and whether the cancel reached them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select

from blueprints.orders.correcting_address import can_be_corrected
from blueprints.orders.listing_emails import emails_about
from blueprints.orders.sending_again import can_be_sent_again
from models import CustomerAlert, Email, EmailState, NotSentReason, Order, db


class Telling(StrEnum):
    """Where it stands with telling somebody of the cancel."""

    TOLD = "told"
    WAITING = "waiting"
    KEPT = "kept"
    """In the mailbox, as in a demo."""
    NOT_TOLD = "not_told"
    ASTRAY = "astray"
    """It was sent to an address that was corrected since."""


@dataclass(frozen=True)
class Told:
    telling: Telling
    email: Email
    """The one that says so."""


@dataclass(frozen=True)
class Shown:
    email: Email
    is_open: bool
    """Without having been asked: it is what somebody comes here for."""
    can_be_sent_again: bool
    takes_address: bool
    """Or has a field for it still, as what was typed there was refused."""


@dataclass(frozen=True)
class Proof:
    told: Told | None
    """Of the cancel that holds; None when the order is not cancelled, or nothing was written about it."""
    emails: list[Shown]
    is_changing: bool
    """An email may leave at any moment."""


def proof_of(order: Order, *, asked_about: int | None = None) -> Proof:
    """One statement, however many emails there are. `asked_about`: the email that something was typed about."""
    emails = emails_about(order)
    told = _told_of_cancel(order, emails)
    open_ids = {asked_about, told.email.id if told else None}
    if emails and emails[0].state is EmailState.FAILED:
        open_ids.add(emails[0].id)
    return Proof(
        told=told,
        emails=[
            Shown(
                email,
                is_open=email.id in open_ids,
                can_be_sent_again=can_be_sent_again(email) and bool(order.customer_email),
                takes_address=can_be_corrected(email, order) or (email.id == asked_about and email.is_on_its_way),
            )
            for email in emails
        ],
        is_changing=any(email.is_on_its_way for email in emails),
    )


def _told_of_cancel(order: Order, emails: Iterable[Email]) -> Told | None:
    """An email that the mail server took for the address on file is the proof, or one that keeps its address no more;
    else the newest says how it stands."""
    if order.cancelled_at is None:
        return None
    about = [
        email
        for email in emails
        if email.kind == CustomerAlert.ORDER_CANCELLED and email.created_at >= order.cancelled_at
    ]
    for email in about:
        if email.state is EmailState.SENT and _went_where_it_should(email, order):
            return Told(Telling.TOLD, email)
    return Told(_telling(about[0]), about[0]) if about else None


def _went_where_it_should(email: Email, order: Order) -> bool:
    """As hearing.went_where_it_should(), of what is read already. Where no address is on file any more, it did."""
    address = order.customer_email
    return not address or bool(email.cleared_at) or (email.recipient or "").lower() == address.lower()


def _telling(email: Email) -> Telling:
    if email.state is EmailState.SENT:
        return Telling.ASTRAY
    if email.is_on_its_way:
        return Telling.WAITING
    return Telling.KEPT if email.reason is NotSentReason.DEMO else Telling.NOT_TOLD


def why_untold(orders: Iterable[Row[Any]]) -> dict[int, Row[Any]]:
    """For a page of orders whose customers were not told of the cancel: the email of each that says why, with
    the address on file now."""
    newest = (
        select(func.max(Email.id))
        .where(Email.order_id.in_([order.id for order in orders]), Email.kind == CustomerAlert.ORDER_CANCELLED)
        .group_by(Email.order_id)
    )
    found = select(Email.order_id, Email.state, Email.reason, Order.customer_email).join(
        Order, Order.id == Email.order_id
    )
    rows: list[Row[Any]] = list(db.session.execute(found.where(Email.id.in_(newest))))
    return {row.order_id: row for row in rows}
