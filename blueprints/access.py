"""The wall around every page, and the doors to what lies behind it. Closed by default."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NoReturn, cast
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, current_user
from sqlalchemy import bindparam, select, true, update
from sqlalchemy.orm import joinedload, undefer

from blueprints import clock, windows
from blueprints.addresses import page_at
from blueprints.problems import NotSetUp
from blueprints.programs import View, scope_of
from blueprints.sessions import is_over
from blueprints.shop import find_store
from blueprints.tokens import hash_of
from blueprints.windows import Inside, WindowClosed
from models import (
    AccessWindow,
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
from models.base import DiskFailed


class Right(StrEnum):
    SIGNED_IN = "signed_in"
    SEE_SHOP = "see_shop"
    """What tells of the shop as a whole: Today, the mailbox, how much waits."""
    SEE_ORDERS = "see_orders"
    CANCEL_ORDERS = "cancel_orders"
    CHANGE_ORDERS = "change_orders"
    ADD_ORDERS = "add_orders"
    """New orders, imports, exports."""
    SETTLE_REFUNDS = "settle_refunds"
    KEEP_STOCK = "keep_stock"
    """Products and their stock."""
    SEE_INSIGHTS = "see_insights"
    """What cancelling costs the shop, and what is left as sales; as a file too."""
    SEE_TICKETS = "see_tickets"
    FILE_TICKETS = "file_tickets"
    """And close them again, when they are not needed any more."""
    SOLVE_TICKETS = "solve_tickets"
    """The support team's side: notes among themselves, who takes a ticket, and that it is done."""
    GRANT_ACCESS = "grant_access"
    """Let support into the store, see what it does there, and end it."""
    ENTER_STORE = "enter_store"
    MANAGE_STORE = "manage_store"
    """Settings and users."""


_OWNER = frozenset(Right) - {Right.SOLVE_TICKETS, Right.ENTER_STORE}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: _OWNER,
    Role.STAFF: _OWNER - {Right.MANAGE_STORE},
    Role.SUPPORT: frozenset({Right.SIGNED_IN, Right.SEE_TICKETS, Right.SOLVE_TICKETS, Right.ENTER_STORE}),
}
# What an agent may do beside that inside of an open access window, with the orders that it is for. Nothing else, ever.
RIGHTS_INSIDE = frozenset({Right.SEE_ORDERS, Right.CANCEL_ORDERS})

# "Last seen" is noted this often at most, so that reading pages does not become writing.
SEEN_EVERY = timedelta(minutes=2)
# What lets more out of hand than one order asks for the password again, unless it was given so lately.
PROVEN_LATELY = timedelta(minutes=10)

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


def put_up_wall(app: Flask) -> None:
    login_manager.init_app(app)
    app.before_request(_wall)


def refuse_unmarked_views(app: Flask) -> None:
    """Raises RuntimeError at start for a view that nobody decided about."""
    for endpoint, view in app.view_functions.items():
        if endpoint != "static" and not hasattr(view, "needs"):
            raise RuntimeError(f"{endpoint} says neither @needs(…) nor @by_token(…) nor @public")


def _wall() -> ResponseReturnValue | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or scope_of(view):  # programs have a door of their own
        return None
    right: Right | None = getattr(view, "needs")  # noqa: B009 (a mark, see needs(), of which types know nothing)
    is_known = current_user.is_authenticated  # asked first, as this finds the store as well
    if not is_known and request.endpoint != "doctor.healthz" and find_store() is None:
        raise NotSetUp
    if right is None:
        return None
    if not is_known:
        if request.method == "POST" and request.endpoint != "auth.logout":
            flash(_("You were signed out in the meantime, so this was not saved. Sign in, then send it again."))
        return redirect(url_for("auth.login", next=_way_back()), 303)
    if not may(right):
        _refuse(right)
    return None


def _refuse(right: Right) -> NoReturn:
    """An agent who asks for orders is told how access is had, or when theirs ended."""
    if current_user.role is Role.SUPPORT and right in RIGHTS_INSIDE | {Right.SEE_SHOP} and inside() is None:
        raise cast(WindowClosed | None, g.get("window_closed")) or WindowClosed
    abort(403)


def _way_back() -> str | None:
    """The page to return to after signing in: this one, or the one whose form was sent too late."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    return page_at(came_from.path) if came_from.netloc == request.host else None


# What every page asks is put together once: that takes longer than to ask.
_OF_TOKEN = (
    select(UserSession, Store)
    .join(Store, true())
    .options(joinedload(UserSession.user))
    .where(UserSession.token_hash == bindparam("token_hash"), UserSession.ended_at.is_(None))
)


@login_manager.user_loader  # type: ignore[untyped-decorator]  # flask-login is not typed
def _user_of_session(token: str) -> User | None:
    """The user behind the cookie, with the store, in one query. A session that is over stays over."""
    found = db.session.execute(_OF_TOKEN, {"token_hash": hash_of(token)}).one_or_none()
    if found is None:
        return None
    user_session, g.store = found
    now, user = clock.now(), user_session.user
    if is_over(user_session, user.role, now) or user.disabled_at is not None:
        _note(user_session, ended_at=now)
        return None
    # A page that keeps itself fresh is read by its script, and nobody has clicked. A browser tells where it trusts the
    # address, and the script everywhere.
    is_click = request.headers.get("Sec-Fetch-Dest") != "empty" and "X-Read-Again" not in request.headers
    if is_click and now - user_session.last_seen_at > SEEN_EVERY:
        _note(user_session, last_seen_at=now)
    user.token = token
    g.user_id, g.user_session_id, g.proven_at = user.id, user_session.id, user_session.proven_at
    if user.role is Role.SUPPORT:
        _find_window(user_session.id, now)
    return user


def _find_window(user_session_id: int, now: datetime) -> None:
    """Where the agent is, read anew for every request. What is found expired is ended for good, then and there."""
    entry = windows.entry_of(db.session(), user_session_id)
    if entry is None:
        return
    if entry.is_open(now):
        g.inside = entry
        return
    g.window_closed = entry.closed(now)
    if entry.is_expired(now):
        windows.end_expired_in_passing()


def _note(user_session: UserSession, **change: object) -> None:
    """A session's times are worth neither a wait nor a failure: when they can't be written, the next page tries."""
    session_id = user_session.id
    try:
        with writing(waits=False) as session:
            session.execute(update(UserSession).where(UserSession.id == session_id).values(**change))
    except (DatabaseBusy, DiskFailed):
        db.session.rollback()


def actor() -> Actor:
    """Who acts in this request, as plain values for a use case."""
    by, here = cast(User, current_user).as_actor(), inside()
    return replace(by, window_id=here.window_id) if here else by


def inside() -> Inside | None:
    """The open access window that this agent is in; None for everybody else."""
    return cast(Inside | None, g.get("inside")) if current_user.is_authenticated else None


def put_out(closed: WindowClosed) -> None:
    """The window turned out to be over under the lock: for the rest of this request the agent is outside."""
    g.inside, g.window_closed = None, closed


def may(right: Right) -> bool:
    if not current_user.is_authenticated:
        return False
    return right in RIGHTS[current_user.role] or (right in RIGHTS_INSIDE and inside() is not None)


def has_proven_lately() -> bool:
    """Whether the password was given a short while ago, at sign-in or since."""
    return timedelta(0) <= clock.now() - cast(datetime, g.proven_at) <= PROVEN_LATELY


_FROM_ELSEWHERE = (Order.open_ticket, Order.erased)  # type: ignore[attr-defined]  # by models/ticket.py and privacy.py
_BESIDE = (Order.courier, Order.items, Order.open_request, *_FROM_ELSEWHERE)
_ORDER = select(Order).where(Order.id == bindparam("order_id")).options(*map(joinedload, _BESIDE))


def order_or_404(order_id: int) -> Order:
    """The one door to an order. Beyond the scope of a window an order is not there; within, the look is noted."""
    here = inside()
    if here is not None and not here.covers(order_id):
        abort(404)
    order = db.session.scalars(_ORDER, {"order_id": order_id}).unique().one_or_none()
    if order is None:
        abort(404)
    if here is not None:
        windows.record_look(actor(), order_id=order_id)
    return order


def only_place_in_list() -> int | None:
    """The one door to the list: the place of the order to which a window is limited; None when all may be seen."""
    here = inside()
    if here is None:
        return None
    windows.record_look(actor())
    return here.position


def window_or_404(window_id: int) -> AccessWindow:
    """The one door to a window: everybody who sees tickets sees all of the store's."""
    found = select(AccessWindow).where(AccessWindow.id == window_id)
    window = db.session.scalars(
        found.options(joinedload(AccessWindow.ticket), joinedload(AccessWindow.opened_by))
    ).one_or_none()
    if window is None:
        abort(404)
    return window


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
