"""The left-hand menu: what it lists for whom, and how much waits there."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from blueprints import clock
from blueprints.access import Right, inside, may
from blueprints.capped import count_of, shown
from blueprints.shop import find_store
from blueprints.windows import open_windows
from models import Order, OrderStatus, Refund, Ticket, db
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

    @property
    def current(self) -> bool:
        """The pages whose addresses begin alike light its entry; Today is only itself."""
        return _beginning(url_for(self.endpoint)) == _beginning(request.root_path + request.path)


def _counts() -> dict[str, str]:
    """What waits on whoever looks, by endpoint; one statement for all."""
    on_me = ON_SUPPORT if may(Right.SOLVE_TICKETS) else ON_MERCHANT
    counts = {"support.tickets": count_of(select(Ticket.id).where(Ticket.state.in_(on_me)))}
    if may(Right.SEE_SHOP):
        counts["orders.listing"] = count_of(select(Order.id).where(Order.status == OrderStatus.PENDING))
    if may(Right.SETTLE_REFUNDS):
        counts["orders.refunds"] = count_of(select(Refund.id).where(Refund.settled_at.is_(None)))
    found = db.session.execute(select(*counts.values())).one()
    return {endpoint: shown(count) if count else "" for endpoint, count in zip(counts, found, strict=True)}


def entries() -> list[Entry]:
    menu, counts = [], _counts()
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


def _context() -> dict[str, Any]:
    store = find_store()
    return {
        "store": store,
        "store_name": store.name if store else None,
        "language": str(get_locale() or "en"),
        "now": clock.now(),
        "demo": bool(store and store.is_demo),
        "mail_is_captured": not current_app.config.get("MAIL_SERVER"),
        "mailbox_url": url_for("orders.emails") if may(Right.SEE_SHOP) else None,
        "navigation": entries() if current_user.is_authenticated else [],
        "may_manage_store": may(Right.MANAGE_STORE),
        "may_change_orders": may(Right.CHANGE_ORDERS),
        "may_see_shop": may(Right.SEE_SHOP),
        "inside": inside(),
        "open_windows": open_windows(db.session(), clock.now()) if may(Right.GRANT_ACCESS) else None,
    }


def guide(app: Flask) -> None:
    app.context_processor(_context)
