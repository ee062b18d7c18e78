"""The left-hand menu: what it lists for whom, and how much waits there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Executable, select

from blueprints import clock
from blueprints.access import Right, inside, may
from blueprints.capped import count_of, shown
from blueprints.disk import DiskSpace, space_of_shop
from blueprints.shop import find_store
from blueprints.windows import IS_OPEN, open_windows
from models import AccessWindow, Order, OrderStatus, Refund, Ticket, TicketState, db
from models.ticket import ON_MERCHANT, ON_SUPPORT


def _beginning(path: str) -> str:
    """`orders` of `/orders/1041`, wherever Suki itself begins."""
    return path.removeprefix(request.root_path).split("/")[1]


@dataclass(frozen=True)
class Entry:
    endpoint: str
    label: str
    icon: str
    count: str = ""
    count_text: str = ""
    """What the count counts, for whoever hears the page."""
    search: str = ""
    """The field of its page to which “/” goes from pages without a search."""

    @property
    def current(self) -> bool:
        """The pages whose addresses begin alike light its entry; Today is only itself."""
        return _beginning(url_for(self.endpoint)) == _beginning(request.root_path + request.path)


WINDOWS = "support.access"


def _counts() -> dict[str, int]:
    """What waits on whoever looks, by endpoint."""
    on_me = ON_SUPPORT if may(Right.SOLVE_TICKETS) else ON_MERCHANT
    statement = _counting(on_me, may(Right.SEE_SHOP), may(Right.SETTLE_REFUNDS))
    return dict(db.session.execute(statement, {"now": clock.now()}).one()._mapping)


@cache
def _counting(on_me: tuple[TicketState, ...], with_orders: bool, with_refunds: bool) -> Executable:
    """One statement for all, put together once: that takes longer than counting."""
    counts = {
        "support.tickets": count_of(select(Ticket.id).where(Ticket.state.in_(on_me))),
        WINDOWS: count_of(select(AccessWindow.id).where(IS_OPEN)),
    }
    if with_orders:
        counts["orders.listing"] = count_of(select(Order.id).where(Order.status == OrderStatus.PENDING))
    if with_refunds:
        counts["orders.refunds"] = count_of(select(Refund.id).where(Refund.settled_at.is_(None)))
    return select(*[count.label(endpoint) for endpoint, count in counts.items()])


def entries(waiting: Mapping[str, int]) -> list[Entry]:
    menu = []
    counts = {endpoint: shown(count) if count else "" for endpoint, count in waiting.items()}
    if may(Right.SEE_SHOP):
        menu.append(Entry("orders.today", _("Today"), "today"))
    if may(Right.SEE_ORDERS):
        menu.append(
            Entry(
                "orders.listing",
                _("Orders"),
                "orders",
                counts.get("orders.listing", ""),
                _("waiting to be accepted"),
                search="q",
            )
        )
    if may(Right.SETTLE_REFUNDS):
        menu.append(Entry("orders.refunds", _("Refunds"), "return", counts["orders.refunds"], _("owed to customers")))
    if may(Right.KEEP_STOCK):
        menu.append(Entry("products.listing", _("Products"), "box"))
    if may(Right.SEE_TICKETS):
        menu.append(
            Entry(
                "support.tickets",
                _("Support"),
                "support",
                counts["support.tickets"],
                _("waiting for an answer"),
            )
        )
    if may(Right.SEE_INSIGHTS):
        menu.append(Entry("insights.overview", _("Insights"), "chart"))
    menu.append(Entry("help.contents", _("Help"), "help"))
    if may(Right.MANAGE_STORE):
        menu.append(Entry("settings.overview", _("Settings"), "settings"))
    return menu


def _disk_that_fills() -> DiskSpace | None:
    """Asked for each page of an owner, as it costs microseconds: it is to be said before orders can't be saved."""
    space = space_of_shop(Path(current_app.instance_path))
    return space if space.is_little else None


def _context() -> dict[str, Any]:
    store = find_store()
    waiting = _counts() if current_user.is_authenticated else {}
    is_let_in = may(Right.GRANT_ACCESS) and waiting[WINDOWS]
    return {
        "store": store,
        "store_name": store.name if store else None,
        "language": str(get_locale() or "en"),
        "now": clock.now(),
        "demo": bool(store and store.is_demo),
        "mail_is_captured": not current_app.config.get("MAIL_SERVER"),
        "mailbox_url": url_for("orders.emails") if may(Right.SEE_SHOP) else None,
        "navigation": entries(waiting) if waiting else [],
        "may_manage_store": may(Right.MANAGE_STORE),
        "disk_fills": _disk_that_fills() if may(Right.MANAGE_STORE) else None,
        "may_change_orders": may(Right.CHANGE_ORDERS),
        "may_see_shop": may(Right.SEE_SHOP),
        "inside": inside(),
        "open_windows": open_windows(db.session(), clock.now()) if is_let_in else None,
    }


def guide(app: Flask) -> None:
    app.context_processor(_context)
