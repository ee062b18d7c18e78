"""Why access was not opened, lengthened or used: the facts. The words stand in support/_window_refusal.html."""

from datetime import datetime

from blueprints.support.refusals import TicketRefusal
from models import TicketState


class AlreadyOpen(TicketRefusal):
    """Access is open for this ticket. To lengthen it is a wish of its own, and not what opening it again does."""

    code = "already_open"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"open until {until}")
        self.until = until


class TicketIsOver(TicketRefusal):
    """No access is opened for a ticket that is solved or closed."""

    code = "ticket_is_over"

    def __init__(self, state: TicketState) -> None:
        super().__init__(f"the ticket is {state}")
        self.state = state


class NoOrderToLimitTo(TicketRefusal):
    """The ticket is about no order, so access can't be limited to it."""

    code = "no_order_to_limit_to"


class TooLong(TicketRefusal):
    """It would last for more than seven days in all."""

    code = "too_long"

    def __init__(self, latest: datetime) -> None:
        super().__init__(f"until {latest} at the latest")
        self.latest = latest


class TimeChanged(TicketRefusal):
    """Somebody has lengthened it otherwise since the form was drawn."""

    code = "time_changed"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"open until {until}")
        self.until = until


class WindowIsOver(TicketRefusal):
    """It has ended meanwhile."""

    code = "window_is_over"

    def __init__(self, at: datetime) -> None:
        super().__init__(f"ended at {at}")
        self.at = at
