"""The wall around every page, and the doors to what lies behind it. Closed by default."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user
from sqlalchemy import select, true, update
from sqlalchemy.orm import joinedload, undefer

from blueprints import clock
from blueprints.shop import find_store
from blueprints.tokens import hash_of
from models import (
    Actor,
    Attachment,
    DatabaseBusy,
    Order,
    Role,
    Store,
    Ticket,
    TicketMessage,
    User,
    UserSession,
    db,
    writing,
)

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class Right(StrEnum):
    SIGNED_IN = "signed_in"
    SEE_ORDERS = "see_orders"
    CHANGE_ORDERS = "change_orders"
    ADD_ORDERS = "add_orders"
    """New orders, imports, exports."""
    SETTLE_REFUNDS = "settle_refunds"
    SEE_TICKETS = "see_tickets"
    FILE_TICKETS = "file_tickets"
    """And close them again, when they are not needed any more."""
    SOLVE_TICKETS = "solve_tickets"
    """The support team's side: notes among themselves, who takes a ticket, and that it is done."""
    MANAGE_STORE = "manage_store"
    """Settings and users."""


_OWNER = frozenset(Right) - {Right.SOLVE_TICKETS}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: _OWNER,
    Role.STAFF: _OWNER - {Right.MANAGE_STORE},
    Role.SUPPORT: frozenset({Right.SIGNED_IN, Right.SEE_TICKETS, Right.SOLVE_TICKETS}),
}

# How long a session may lie idle, and how long it may last in all.
SESSION_LIMITS: dict[Role, tuple[timedelta, timedelta]] = {
    Role.OWNER: (timedelta(minutes=60), timedelta(hours=12)),
    Role.STAFF: (timedelta(minutes=60), timedelta(hours=12)),
    Role.SUPPORT: (timedelta(minutes=30), timedelta(hours=8)),
}
# "Last seen" is noted this often at most, so that reading pages does not become writing.
SEEN_EVERY = timedelta(minutes=2)

login_manager = LoginManager()


def needs(right: Right) -> Callable[[View], View]:
    """Marks who may use a view. Stands under the route's decorator."""

    def mark(view: View) -> View:
        view.needs = right  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def public(view: View) -> View:
    """Marks a view that needs no sign-in."""
    view.needs = None  # type: ignore[attr-defined]  # a mark on a function
    return view


def takes(most_bytes: int) -> Callable[[View], View]:
    """Marks a view whose form may bring files: how large it may be in all, where others take a megabyte."""

    def mark(view: View) -> View:
        view.takes = most_bytes  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def put_up_wall(app: Flask) -> None:
    login_manager.init_app(app)
    app.before_request(_wall)


def refuse_unmarked_views(app: Flask) -> None:
    """Raises RuntimeError at start for a view that nobody decided about."""
    for endpoint, view in app.view_functions.items():
        if endpoint != "static" and not hasattr(view, "needs"):
            raise RuntimeError(f"{endpoint} says neither @needs(…) nor @public")


def _wall() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static":
        return None
    right: Right | None = getattr(view, "needs")  # noqa: B009 (a mark, see needs(), of which types know nothing)
    if request.endpoint != "auth.healthz" and find_store() is None:
        abort(503, "not set up")
    if right is None:
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("auth.login", next=_way_back()), 303)
    if right not in RIGHTS[current_user.role]:
        abort(403)
    # Here, because the check of the form's token reads the form before its view does.
    request.max_content_length = getattr(view, "takes", request.max_content_length)
    return None


def _way_back() -> str | None:
    """The page to return to after signing in: this one, or the one whose form was sent too late."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    return came_from.path if came_from.netloc == request.host else None


@login_manager.user_loader  # type: ignore[untyped-decorator]  # flask-login is not typed
def _user_of_session(token: str) -> User | None:
    """The user behind the cookie, with the store, in one query. A session that is over stays over."""
    found = db.session.execute(
        select(UserSession, Store)
        .join(Store, true())
        .options(joinedload(UserSession.user))
        .where(UserSession.token_hash == hash_of(token), UserSession.ended_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    user_session, g.store = found
    now, user = clock.now(), user_session.user
    idle, whole = SESSION_LIMITS[user.role]
    is_over = now - user_session.last_seen_at > idle or now - user_session.created_at > whole
    if is_over or user.disabled_at is not None:
        _note(user_session, ended_at=now)
        return None
    if now - user_session.last_seen_at > SEEN_EVERY:
        _note(user_session, last_seen_at=now)
    user.token = token
    g.user_session_id = user_session.id
    return user


def _note(user_session: UserSession, **change: object) -> None:
    """A session's times are worth a wait for nobody: when the database is busy, the next page notes them."""
    session_id = user_session.id
    try:
        with writing() as session:
            session.execute(update(UserSession).where(UserSession.id == session_id).values(**change))
    except DatabaseBusy:
        db.session.rollback()


def actor() -> Actor:
    """Who acts in this request, as plain values for a use case."""
    return cast(User, current_user).as_actor()


def may(right: Right) -> bool:
    return current_user.is_authenticated and right in RIGHTS[current_user.role]


def order_or_404(order_id: int) -> Order:
    """The one door to an order."""
    order = db.session.scalars(
        select(Order).where(Order.id == order_id).options(joinedload(Order.courier))
    ).one_or_none()
    if order is None:
        abort(404)
    return order


def ticket_or_404(ticket_id: int) -> Ticket:
    """The one door to a ticket: everybody who sees tickets sees all of the store's."""
    ticket = db.session.scalars(
        select(Ticket).where(Ticket.id == ticket_id).options(joinedload(Ticket.opened_by), joinedload(Ticket.assignee))
    ).one_or_none()
    if ticket is None:
        abort(404)
    return ticket


def attachment_or_404(attachment_id: int) -> Attachment:
    """What came with an internal note is not there for the merchant, as the note is not."""
    found = select(Attachment).outerjoin(TicketMessage).where(Attachment.id == attachment_id)
    if not may(Right.SOLVE_TICKETS):
        found = found.where(TicketMessage.internal.is_not(True))
    attachment = db.session.scalars(found.options(undefer(Attachment.content))).one_or_none()
    if attachment is None:
        abort(404)
    return attachment
