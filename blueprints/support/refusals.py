"""Why something about a ticket was not done: the facts. The words are chosen where they are read."""

from datetime import datetime
from typing import ClassVar

from models import OrderStatus, TicketState


class TicketRefusal(Exception):
    """Nothing was changed."""

    code: ClassVar[str]


class AlreadyAsked(TicketRefusal):
    """An open ticket asks for the same order to be cancelled."""

    code = "already_asked"

    def __init__(self, ticket_id: int) -> None:
        super().__init__(f"ticket {ticket_id} asks for it")
        self.ticket_id = ticket_id


class NotForSupport(TicketRefusal):
    """No integrated courier holds the order, or it is past cancelling."""

    code = "not_for_support"

    def __init__(self, status: OrderStatus, *, can_be_cancelled: bool) -> None:
        super().__init__(f"the order is {status}")
        self.status = status
        self.can_be_cancelled = can_be_cancelled


class TicketFormUsedAgain(TicketRefusal):
    """The same form came before, and said something else."""

    code = "form_used_again"

    def __init__(self, ticket_id: int) -> None:
        super().__init__(f"the form was sent for ticket {ticket_id}")
        self.ticket_id = ticket_id


class TicketClosed(TicketRefusal):
    """Nobody writes to a closed ticket any more."""

    code = "ticket_closed"


class AlreadyOver(TicketRefusal):
    """Somebody else solved or closed it."""

    code = "already_over"

    def __init__(self, state: TicketState, *, at: datetime | None, by: str | None) -> None:
        super().__init__(f"the ticket is {state}")
        self.state = state
        self.at = at
        self.by = by


class NoSuchAgent(TicketRefusal):
    """Whoever should take the ticket is not, or is no longer, one of the support team."""

    code = "no_such_agent"
