"""Letting support into the store: opening an access window for a ticket, and ending it with the ticket."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import outbox
from blueprints.support.telling import owners_addresses
from models import AccessWindow, Actor, Event, Ticket, WindowEnd, WindowScope


def open_window(
    session: Session, ticket: Ticket, *, scope: WindowScope, hours: int, by: Actor, at: datetime
) -> AccessWindow:
    """In the caller's transaction; the ticket has its number already."""
    window = AccessWindow(
        ticket_id=ticket.id,
        scope=scope,
        order_id=ticket.order_id if scope is WindowScope.ORDER else None,
        opened_by_id=by.user_id,
        opened_at=at,
        expires_at=at + timedelta(hours=hours),
    )
    session.add(window)
    session.flush()
    session.add(
        Event(
            at=at,
            code="access.opened",
            user_id=by.user_id,
            order_id=window.order_id,
            ticket_id=ticket.id,
            window_id=window.id,
        )
    )
    message = outbox.render("access_opened", ticket=ticket, window=window, by=by)
    for owner in owners_addresses(session):
        outbox.queue(
            session,
            kind="access_opened",
            message=message,
            recipient=owner,
            at=at,
            ticket_id=ticket.id,
            not_sent=outbox.why_nothing_leaves(),
        )
    return window


def end_windows_of(session: Session, ticket: Ticket, *, by: Actor, at: datetime) -> None:
    """Its ticket is solved or closed. A window whose time is up already ended by itself, and then."""
    open_ones = select(AccessWindow).where(AccessWindow.ticket_id == ticket.id, AccessWindow.ended_at.is_(None))
    for window in session.scalars(open_ones):
        is_expired = window.expires_at <= at
        window.ended_at = window.expires_at if is_expired else at
        window.end = WindowEnd.EXPIRED if is_expired else WindowEnd.SOLVED
        window.ended_by_id = None if is_expired else by.user_id
        session.add(
            Event(
                at=at,
                code="access.expired" if is_expired else "access.ended",
                user_id=window.ended_by_id,
                order_id=window.order_id,
                ticket_id=ticket.id,
                window_id=window.id,
            )
        )


def latest_window_of(session: Session, ticket: Ticket) -> AccessWindow | None:
    return session.scalars(
        select(AccessWindow).where(AccessWindow.ticket_id == ticket.id).order_by(AccessWindow.id.desc()).limit(1)
    ).one_or_none()
