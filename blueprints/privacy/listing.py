"""What was erased so far: of which orders and questions, never of whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.paging import Page, page_from
from models import ErasedOrder, Erasure, Event, Order, Ticket, db

PAGE = 50


@dataclass(frozen=True)
class ErasureLine:
    erasure: Erasure
    questions: list[int]
    """The tickets that are about no order, by their numbers."""

    @property
    def tickets_of_orders(self) -> int:
        return self.erasure.tickets - len(self.questions)


def list_erasures(*, before: int | None = None, limit: int = PAGE) -> Page[ErasureLine]:
    """The newest first."""
    order = selectinload(Erasure.orders).joinedload(ErasedOrder.order).load_only(Order.number)
    found = select(Erasure).options(joinedload(Erasure.user), order).order_by(Erasure.id.desc()).limit(limit + 1)
    rows = db.session.scalars(found.where(Erasure.id < before) if before else found).all()
    questions = _questions([each.at for each in rows])
    lines = [ErasureLine(each, questions.get(each.at, [])) for each in rows]
    return page_from(lines, limit, key=lambda line: line.erasure.id)


def _questions(moments: Sequence[datetime]) -> dict[datetime, list[int]]:
    """By the moment in which they were erased: their history has it."""
    found: dict[datetime, list[int]] = {}
    erased = select(Event.at, Ticket.id).join(Ticket, Ticket.id == Event.ticket_id)
    erased = erased.where(Event.code == "ticket.erased", Event.at.in_(moments))
    for at, ticket_id in db.session.execute(erased.order_by(Event.id)):
        found.setdefault(at, []).append(ticket_id)
    return found
