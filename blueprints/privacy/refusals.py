"""Why a customer's data is not erased yet. Each refusal carries facts; its words stand in privacy/_refusal.html."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from blueprints.privacy.finding import Chosen
from models import CancelRequest, Email, Order, Refund, Ticket
from models.cancel_request import ASKED
from models.cancellation import STILL_OWED
from models.email import WAITING


@dataclass(frozen=True)
class Hindrance:
    """One thing that has to come to its end first."""

    code: str
    order: Order | None = None
    ticket: Ticket | None = None


class ErasureRefusal(Exception):
    """Nothing was erased."""

    code = ""


class NotYet(ErasureRefusal):
    """Somebody still needs the data: to deliver, to pay back, to answer."""

    code = "not_yet"

    def __init__(self, hindrances: Sequence[Hindrance]) -> None:
        super().__init__(", ".join(each.code for each in hindrances))
        self.hindrances = hindrances


class ChangedSince(ErasureRefusal):
    """What the page has shown is not what would be erased now."""

    code = "changed_since"

    def __init__(self, orders: Sequence[Order]) -> None:
        super().__init__(", ".join(order.number for order in orders))
        self.orders = orders


class NothingChosen(ErasureRefusal):
    """What was named is not there."""

    code = "nothing_chosen"


def hindrances_of(session: Session, these: Chosen) -> list[Hindrance]:
    """The rule, for the page before it is drawn, and under the lock."""
    orders = {order.id: order for order in these.orders}
    owed = _orders_with(session, orders, select(Refund.order_id).where(STILL_OWED), Refund.order_id)
    asked = _orders_with(session, orders, select(CancelRequest.order_id).where(ASKED), CancelRequest.order_id)
    waiting = _orders_with(session, orders, select(Email.order_id).where(WAITING), Email.order_id)
    waiting |= set(session.scalars(still_told_elsewhere(these)))
    found = [Hindrance("under_way", order) for order in these.orders if not order.is_finished]
    found += [Hindrance("refund_owed", orders[each]) for each in sorted(owed)]
    found += [Hindrance("request_open", orders[each]) for each in sorted(asked)]
    found += [Hindrance("email_waits", orders[each]) for each in sorted(waiting)]
    of_tickets = select(Email.ticket_id).where(WAITING, Email.ticket_id.in_(these.ticket_ids))
    ticket_waits = set(session.scalars(of_tickets))
    for ticket in these.tickets:
        if ticket.is_open:
            found.append(Hindrance("ticket_open", ticket=ticket))
        elif ticket.id in ticket_waits:
            found.append(Hindrance("email_waits", ticket=ticket))
    return found


def still_told_elsewhere(these: Chosen) -> Select[int | None]:
    """The orders of which the shop's own people are yet to hear, otherwise than by the emails of these tickets."""
    on_no_ticket_of_theirs = or_(Email.ticket_id.is_(None), Email.ticket_id.not_in(these.ticket_ids))
    return select(Email.about_order_id).where(
        WAITING, Email.about_order_id.in_(these.order_ids), on_no_ticket_of_theirs
    )


def _orders_with(
    session: Session, orders: dict[int, Order], rows: Select[Any], column: ColumnElement[Any] | Any
) -> set[int]:
    return set(session.scalars(rows.where(column.in_(list(orders)))))
