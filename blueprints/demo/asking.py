"""A ticket of the demo, and the access that came with it: each step leaves what it would have left in the shop."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from models import (
    AccessWindow,
    Event,
    Order,
    Ticket,
    TicketKind,
    TicketMessage,
    TicketState,
    User,
    UserSession,
    WindowEnd,
    WindowEntry,
    WindowScope,
)

A_TICK = timedelta(microseconds=1)


@dataclass
class Case:
    """`end`: when its access was over; the row says so only after what was done in it is in the books."""

    ticket: Ticket
    window: AccessWindow | None = None
    entry: WindowEntry | None = None
    end: datetime | None = None
    messages: list[TicketMessage] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def let_in(self, hours: int, *, by: User, at: datetime, window_id: int) -> None:
        self.window = AccessWindow(
            id=window_id,
            ticket_id=self.ticket.id,
            scope=WindowScope.ORDER,
            order_id=self.ticket.order_id,
            opened_by_id=by.id,
            opened_at=at,
            expires_at=at + timedelta(hours=hours),
        )
        self._note_down("access.opened", by=by, at=at, **self.inside, order_id=self.ticket.order_id)

    @property
    def inside(self) -> dict[str, int]:
        """What an event says that happened in its window."""
        return {"window_id": self.window.id} if self.window else {}

    def enter(self, *, by: User, at: datetime) -> None:
        if self.window is None:
            raise ValueError(f"ticket {self.ticket.id}: nobody let support in")
        # Nobody can have what this would be the hash of; and it is over.
        times = {"created_at": at, "last_seen_at": at, "ended_at": at}
        session = UserSession(token_hash=f"demo {self.window.id}", user=by, address="127.0.0.1", browser="", **times)
        self.entry = WindowEntry(window_id=self.window.id, user_id=by.id, user_session=session, entered_at=at)
        self._take(by=by, at=at)
        for code in ("access.entered", "order.seen"):
            self._note_down(code, by=by, at=at, **self.inside, order_id=self.ticket.order_id)

    def write(self, body: str, *, by: User, at: datetime, internal: bool = False) -> None:
        ticket = self.ticket
        if not by.is_merchant:
            self._take(by=by, at=at)
        self.messages.append(TicketMessage(ticket_id=ticket.id, user_id=by.id, at=at, body=body, internal=internal))
        self._note_down("ticket.noted" if internal else "ticket.replied", by=by, at=at)
        if not internal:
            ticket.state = TicketState.WAITING_ON_SUPPORT if by.is_merchant else TicketState.WAITING_ON_MERCHANT
            ticket.waiting_since = at

    def _take(self, *, by: User, at: datetime) -> None:
        if self.ticket.assignee_id is None:
            self.ticket.assignee_id = by.id
            self._note_down("ticket.assigned", by=by, at=at, about_id=by.id)

    def solve(self, body: str, *, by: User, at: datetime) -> None:
        self.write(body, by=by, at=at)
        self.ticket.state, self.ticket.solved_at = TicketState.SOLVED, at
        self._note_down("ticket.solved", by=by, at=at)
        if self.window is not None:
            self.end = at + A_TICK
            self._note_down("access.ended", by=by, at=at, **self.inside, order_id=self.ticket.order_id)

    def end_window(self) -> None:
        if self.window is not None and self.end is not None:
            self.window.ended_at, self.window.end = self.end, WindowEnd.SOLVED
            self.window.ended_by_id = self.ticket.assignee_id

    def rows(self) -> Iterator[list[Ticket] | list[AccessWindow] | list[WindowEntry] | list[TicketMessage]]:
        """Those that others point to come first."""
        yield [self.ticket]
        yield [self.window] if self.window else []
        yield [self.entry] if self.entry else []
        yield self.messages

    def _note_down(self, code: str, *, by: User, at: datetime, **facts: int | None) -> None:
        self.events.append(Event(at=at, code=code, user_id=by.id, ticket_id=self.ticket.id, **facts))


def open_case(ticket_id: int, subject: str, reason: str, *, by: User, at: datetime, order: Order | None = None) -> Case:
    ticket = Ticket(
        id=ticket_id,
        kind=TicketKind.GENERAL,
        state=TicketState.OPEN,
        subject=subject,
        reason=reason,
        opened_by_id=by.id,
        opened_at=at,
        waiting_since=at,
    )
    if order is not None:
        ticket.kind, ticket.order_id, ticket.order_number = TicketKind.CANCELLATION, order.id, order.number
        ticket.customer_name, ticket.order_placed_at = order.customer_name, order.placed_at
        ticket.courier_name, ticket.waybill = order.courier_name, order.waybill
    ticket.make_findable()
    case = Case(ticket)
    case.events.append(Event(at=at, code="ticket.opened", user_id=by.id, ticket_id=ticket_id, order_id=ticket.order_id))
    return case
