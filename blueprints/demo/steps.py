"""What can happen to an order of the demo, and the story of one order as a row of such steps."""

from dataclasses import dataclass

from models import OrderStatus, PaymentMethod

AGENT = "carla"


@dataclass(frozen=True)
class Step:
    after: float
    """Hours since the step before."""


@dataclass(frozen=True)
class Wait(Step):
    """For the courier, or for the customer to come by."""


@dataclass(frozen=True)
class Change(Step):
    to: OrderStatus
    note: str = ""
    notify: bool = True
    answer: str = ""
    """Of a mail server that did not take the email."""


@dataclass(frozen=True)
class Cancel(Step):
    reason: str | None = None
    note: str = ""
    internal_note: str = ""
    restock: bool = True
    notify: bool = True
    answer: str = ""


@dataclass(frozen=True)
class Pay(Step):
    """All of it."""


@dataclass(frozen=True)
class Book(Step):
    courier: str


@dataclass(frozen=True)
class TakeBookingBack(Step):
    """Not from an integrated courier: there only support can."""


@dataclass(frozen=True)
class GiveBack(Step):
    amount: int | None = None
    """In centavos; all that was paid when it is not said."""
    reference: str = ""
    """Of the bank or the wallet."""


@dataclass(frozen=True)
class Ask(Step):
    """Support, to cancel the order. `hours`: for how long they are let in, if they are."""

    reason: str
    hours: int = 0


@dataclass(frozen=True)
class Write(Step):
    """To the ticket."""

    body: str
    by: str = AGENT
    internal: bool = False


@dataclass(frozen=True)
class Enter(Step):
    """Support, the store, for its ticket."""


@dataclass(frozen=True)
class CancelInside(Cancel):
    """By support, which solves the ticket with it."""

    reference: str = ""
    """Of the courier."""


@dataclass(frozen=True)
class Solve(Step):
    body: str


@dataclass(frozen=True)
class Question:
    """To support, about no order; told like the story of one."""

    days_ago: int
    hour: float
    subject: str
    reason: str
    steps: tuple[Write | Solve, ...]
    by: str = "ana"


@dataclass(frozen=True)
class Story:
    customer: str
    days_ago: int
    hour: float
    """Of that day, in the shop’s zone. Of today, the share of 24 hours stands for a share of what has passed of it."""
    basket: dict[str, int]
    """How many, by article number."""
    method: PaymentMethod
    steps: tuple[Step, ...] = ()
    customer_note: str = ""
    shipping: int = 0
    discount: int = 0
    tax: int = 0
    by: str = "ana"
