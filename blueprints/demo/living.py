"""Living an order’s story through: each step leaves what it would have left in the shop."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import singledispatchmethod

from blueprints.demo.asking import Case, open_case
from blueprints.demo.emails import email_about
from blueprints.demo.placing import order_of
from blueprints.demo.steps import (
    AGENT,
    Ask,
    Book,
    Cancel,
    CancelInside,
    Change,
    Enter,
    GiveBack,
    Pay,
    Question,
    Solve,
    Step,
    Story,
    TakeBookingBack,
    Wait,
    Write,
)
from blueprints.demo.timing_stories import placed_at, times_of
from blueprints.outbox import Message
from models import (
    Cancellation,
    Courier,
    Email,
    EmailState,
    Event,
    Note,
    NotSentReason,
    Order,
    OrderStatus,
    PaymentStatus,
    Reason,
    Refund,
    Settlement,
    User,
)
from models.event import statuses
from models.order_states import payment_status_of
from models.settlement import USUAL_WAY_BACK

# The story goes that the shop mailed through a server until then; since, a demo keeps its mail.
SENT_UNTIL = timedelta(days=7)

WriteEmail = Callable[[Order, str, str, int], Message]
"""What the customer reads: from the order as it then is, the kind of email, the note, the refund owed."""


@dataclass
class Desk:
    """What every order needs of the shop, and the books in which it leaves its rows."""

    now: datetime
    dice: random.Random
    users: dict[str, User]
    couriers: dict[str, Courier]
    reasons: dict[str, Reason]
    write_email: WriteEmail
    orders: list[Order] = field(default_factory=list)
    versions: dict[int, int] = field(default_factory=dict)
    emails: list[Email] = field(default_factory=list)
    cancellations: list[Cancellation] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    events: list[tuple[Event, Email | None]] = field(default_factory=list)

    def answer(self, question: Question) -> None:
        """Before the orders live: tickets are numbered as they come."""
        user, at = self.users[question.by], placed_at(question, self.now)
        case = open_case(len(self.cases) + 1, question.subject, question.reason, by=user, at=at)
        self.cases.append(case)
        for step, moment in zip(question.steps, times_of(question, at, self.now, self.dice), strict=True):
            if isinstance(step, Solve):
                case.solve(step.body, by=self.users[AGENT], at=moment)
            else:
                case.write(step.body, by=self.users[step.by], at=moment, internal=step.internal)

    def live(self, stories: list[Story]) -> None:
        """In the order in which they came in, as their numbers tell."""
        by_time = sorted(((placed_at(story, self.now), story) for story in stories), key=lambda pair: pair[0])
        for order_id, (at, story) in enumerate(by_time, start=1):
            Life(self, order_id, story, at).live()


class Life:
    def __init__(self, desk: Desk, order_id: int, story: Story, at: datetime) -> None:
        self.desk = desk
        self.story = story
        self.placed = self.at = at
        self.version = 0
        self.user = desk.users[story.by]
        self.order = order_of(order_id, story, at)
        self.cancellation: Cancellation | None = None
        self.refund: Refund | None = None
        self.case: Case | None = None
        self.inside: dict[str, int] = {}

    def live(self) -> None:
        self._note_down("order.created")
        for step, at in zip(
            self.story.steps, times_of(self.story, self.placed, self.desk.now, self.desk.dice), strict=True
        ):
            self.at = at
            self._take(step)
        self.desk.orders.append(self.order)
        self.desk.versions[self.order.id] = self.version

    @singledispatchmethod
    def _take(self, step: Step) -> None:
        raise NotImplementedError(step)

    @_take.register
    def _wait(self, step: Wait) -> None:
        pass

    @_take.register
    def _change(self, step: Change) -> None:
        if step.to not in self.order.allowed_changes():
            raise ValueError(f"order {self.order.number}: {self.order.status} to {step.to}")
        before, self.order.status = self.order.status, step.to
        note = self._write(step.note)
        email = self._email(step, f"order_{step.to}")
        self._note_down("order.status_changed", email, **statuses(before, step.to), note=note)

    @_take.register
    def _cancel(self, step: Cancel) -> None:
        order = self.order
        if not order.can_be_cancelled:
            raise ValueError(f"order {order.number} can’t be cancelled")
        before, owed = order.status, order.refundable
        order.status, order.cancelled_at = OrderStatus.CANCELLED, self.at
        note, internal_note = self._write(step.note), self._write(step.internal_note, internal=True)
        self.cancellation = Cancellation(
            id=len(self.desk.cancellations) + 1,
            order_id=order.id,
            at=self.at,
            user_id=self.user.id,
            previous_status=before,
            reason=self.desk.reasons[step.reason] if step.reason else None,
            note=note,
            internal_note=internal_note,
            restock=step.restock,
            notify=step.notify,
        )
        self.desk.cancellations.append(self.cancellation)
        if owed:
            links = {"order_id": order.id, "cancellation_id": self.cancellation.id}
            self.refund = Refund(id=len(self.desk.refunds) + 1, **links, owed=owed, owed_at=self.at)
            self.desk.refunds.append(self.refund)
        email = self.cancellation.email = self._email(step, "order_cancelled", owed)
        change = statuses(before, OrderStatus.CANCELLED)
        self._note_down("order.cancelled", email, **change, amount=owed or None, note=note, internal_note=internal_note)

    @_take.register
    def _pay(self, step: Pay) -> None:
        self.order.paid = self.order.total
        self.order.payment_status = PaymentStatus.PAID
        self._note_down("order.paid", amount=self.order.total)

    @_take.register
    def _book(self, step: Book) -> None:
        order, dice = self.order, self.desk.dice
        order.courier = self.desk.couriers[step.courier]
        order.booking_integrated = order.courier.integrated
        order.booked_at = self.at
        if step.courier == "J&T Express":
            order.waybill = f"JT{dice.randrange(10**9, 10**10):011d}"
        elif step.courier == "Lalamove":
            order.waybill = f"{dice.randrange(10**11, 10**12)}"
        self._note_down("order.booked")

    @_take.register
    def _take_booking_back(self, step: TakeBookingBack) -> None:
        if self.order.only_support_can_cancel:
            raise ValueError(f"order {self.order.number}: only support can cancel its booking")
        self.order.booking_cancelled_at = self.at
        self._note_down("order.booking_cancelled")

    @_take.register
    def _give_back(self, step: GiveBack) -> None:
        order = self.order
        amount = order.refundable if step.amount is None else step.amount
        order.refunded += amount
        order.payment_status = payment_status_of(total=order.total, paid=order.paid, refunded=order.refunded)
        if self.refund:
            self.desk.settlements.append(self._settlement(self.refund, step, amount))
        self._note_down("order.refunded", amount=amount)

    @_take.register
    def _ask(self, step: Ask) -> None:
        if not self.order.only_support_can_cancel:
            raise ValueError(f"order {self.order.number} needs nobody to cancel it")
        cases, subject = self.desk.cases, f"Please cancel order {self.order.number}"
        self.case = open_case(len(cases) + 1, subject, step.reason, by=self.user, at=self.at, order=self.order)
        cases.append(self.case)
        if step.hours:
            self.case.let_in(step.hours, by=self.user, at=self.at, window_id=self.case.ticket.id)

    @_take.register
    def _write_to_support(self, step: Write) -> None:
        self._asked.write(step.body, by=self.desk.users[step.by], at=self.at, internal=step.internal)

    @_take.register
    def _enter(self, step: Enter) -> None:
        self._asked.enter(by=self.desk.users[AGENT], at=self.at)

    @_take.register
    def _cancel_inside(self, step: CancelInside) -> None:
        case, order = self._asked, self.order
        merchant, self.user = self.user, self.desk.users[AGENT]
        self.inside = {**case.inside, "ticket_id": case.ticket.id}
        order.booking_cancelled_at, order.courier_reference = self.at, step.reference
        self._note_down("order.booking_cancelled")
        self._cancel(step)
        courier = order.courier_name or ""
        confirmed = f"{courier} confirmed that its booking is cancelled: {step.reference}."
        case.solve(f"Order {order.number} is cancelled. {confirmed}", by=self.user, at=self.at)
        case.messages[-1].about_order_id = order.id
        self.user, self.inside = merchant, {}

    @property
    def _asked(self) -> Case:
        if self.case is None:
            raise ValueError(f"order {self.order.number}: nobody asked support")
        return self.case

    def _settlement(self, refund: Refund, step: GiveBack, amount: int) -> Settlement:
        return Settlement(
            refund_id=refund.id,
            amount=amount,
            method=USUAL_WAY_BACK[self.order.payment_method],
            reference=step.reference,
            paid_on=self.at.date(),
            at=self.at,
            user_id=self.user.id,
        )

    def _write(self, body: str, *, internal: bool = False) -> Note | None:
        return Note(order_id=self.order.id, body=body, internal=internal) if body else None

    def _note_down(self, code: str, email: Email | None = None, **facts: object) -> None:
        self.version += 1
        event = Event(
            at=self.at,
            code=code,
            user_id=self.user.id,
            order_id=self.order.id,
            order_version=self.version,
            **self.inside,
            **facts,
        )
        self.desk.events.append((event, email))

    def _email(self, step: Change | Cancel, kind: str, owed: int = 0) -> Email:
        order, dice = self.order, self.desk.dice
        message = self.desk.write_email(order, kind, step.note, owed)
        email = email_about(order, kind, message, at=self.at, dice=dice)
        email.state, email.reason = self._became_of_it(step)
        seconds, queued_as = dice.randint(1, 40), dice.getrandbits(44)  # whatever became of it, or the rest would vary
        if email.state is EmailState.SENT:
            email.sent_at = self.at + timedelta(seconds=seconds)
            email.attempts = 1
            email.answer = f"250 2.0.0 Ok: queued as {queued_as:011X}"
        elif email.state is EmailState.FAILED:
            email.attempts = 1
            email.answer = step.answer
        self.desk.emails.append(email)
        return email

    def _became_of_it(self, step: Change | Cancel) -> tuple[EmailState, NotSentReason | None]:
        if self.order.customer_email is None:
            return EmailState.NOT_SENT, NotSentReason.NO_ADDRESS
        if not step.notify:
            return EmailState.NOT_SENT, NotSentReason.NOT_WANTED
        if step.answer:
            return EmailState.FAILED, None
        if self.at > self.desk.now - SENT_UNTIL:
            return EmailState.NOT_SENT, NotSentReason.DEMO
        return EmailState.SENT, None
