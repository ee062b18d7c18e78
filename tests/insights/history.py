"""A history of cancels, written as plain rows, with what each of them comes to; and the page and the file read back."""

import csv
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

from babel.numbers import format_currency, get_currency_precision
from flask import Flask
from sqlalchemy import select

from models import (
    Cancellation,
    Courier,
    Order,
    OrderStatus,
    PaymentMethod,
    Reason,
    Refund,
    Settlement,
    SettlementMethod,
    Ticket,
    TicketKind,
    TicketState,
    Withdrawal,
    writing,
)
from tests.pages import Page
from tests.people import Visitor


@dataclass(frozen=True)
class Fact:
    """One cancel, as whoever made it remembers it."""

    at: datetime
    value: int = 96000
    currency: str = "PHP"
    is_part: bool = False
    reason: str | None = None
    method: PaymentMethod = PaymentMethod.COD
    courier: str | None = None
    fee: int = 0
    owed: int = 0
    settled: int = 0
    is_waived: bool = False
    requested_at: datetime | None = None
    withdrawal: Withdrawal | None = None
    placed_at: datetime | None = None

    def day(self, zone: ZoneInfo) -> date:
        return self.at.astimezone(zone).date()

    @property
    def left(self) -> int:
        return self.owed - self.settled


def write(app: Flask, facts: Iterable[Fact], series: str = "A") -> None:
    """`series`: with what the numbers of the orders begin."""
    with app.app_context(), writing() as session:
        reasons = {reason.label: reason.id for reason in session.scalars(select(Reason))}
        couriers = {courier.name: courier.id for courier in session.scalars(select(Courier))}
        for place, fact in enumerate(facts, start=1):
            order = _order(fact, f"{series}{place}", couriers)
            session.add(order)
            session.flush()
            cancellation = Cancellation(
                order_id=order.id,
                at=fact.at,
                user_id=1,
                previous_status=OrderStatus.PENDING,
                reason_id=reasons[fact.reason] if fact.reason else None,
                restock=True,
                fee=fact.fee,
                is_part=fact.is_part,
                taken_off=fact.value if fact.is_part else 0,
                withdrawal=fact.withdrawal,
                withdrawn_at=fact.at if fact.withdrawal else None,
            )
            session.add(cancellation)
            session.flush()
            if fact.owed:
                _owe(session, fact, order, cancellation)
            if fact.requested_at:
                session.add(_ticket(fact.requested_at, order))


def _order(fact, number, couriers):
    is_cancelled = not fact.is_part and fact.withdrawal is None
    courier = {"courier_id": couriers[fact.courier], "booked_at": fact.at} if fact.courier else {}
    return Order(
        number=number,
        placed_at=fact.placed_at or fact.at - timedelta(days=1),
        customer_name="Maria Santos",
        currency=fact.currency,
        total=fact.value * 2 if fact.is_part else fact.value,
        paid=fact.owed + fact.fee,
        payment_method=fact.method,
        status=OrderStatus.CANCELLED if is_cancelled else OrderStatus.PENDING,
        cancelled_at=fact.at if is_cancelled else None,
        **courier,
    )


def _owe(session, fact, order, cancellation):
    refund = Refund(order_id=order.id, cancellation_id=cancellation.id, owed=fact.owed, owed_at=fact.at)
    if fact.withdrawal:
        refund.withdrawn_at = refund.settled_at = fact.at
    session.add(refund)
    session.flush()
    if fact.settled:
        method = SettlementMethod.CASH
        session.add(Settlement(refund_id=refund.id, amount=fact.settled, method=method, paid_on=fact.at, at=fact.at))
        session.flush()
        session.refresh(refund)
    if fact.is_waived:
        refund.waived_at = refund.settled_at = fact.at
        refund.waived_because = "She took a voucher."


def _ticket(at, order):
    return Ticket(
        kind=TicketKind.CANCELLATION,
        state=TicketState.SOLVED,
        subject="Cancel",
        reason="Why",
        opened_by_id=1,
        opened_at=at,
        waiting_since=at,
        solved_at=at,
        order_id=order.id,
        order_number=order.number,
    )


def invent(zone: ZoneInfo, days: list[date], seed: int, many: int = 60) -> Iterator[Fact]:
    """Cancels of every kind, most of them near the midnights of these days, where a day is easily mistaken."""
    dice = random.Random(seed)
    for _ in range(many):
        midnight = datetime.combine(dice.choice(days), time(), tzinfo=zone).astimezone(UTC)
        at = midnight + timedelta(seconds=dice.choice([-3601, -1, 0, 1, 3599, 3600, 7200, 40000, 82799, 82800, 86399]))
        value, owed = dice.randrange(1, 500_000), dice.choice([0, dice.randrange(2, 300_000)])
        fact = Fact(
            at,
            value=value,
            currency=dice.choice(["PHP", "PHP", "JPY", "EUR"]),
            is_part=dice.random() < 0.4,
            reason=dice.choice([None, "Out of stock", "Wrong address", "Suspected fraud"]),
            method=dice.choice(list(PaymentMethod)),
            courier=dice.choice([None, None, "Own rider", "Lalamove"]),
            fee=dice.choice([0, 500]),
            owed=owed,
            settled=dice.choice([0, owed // 2, owed]),
            requested_at=dice.choice([None, at - timedelta(minutes=dice.randrange(20_000))]),
            withdrawal=dice.choice([None, None, None, Withdrawal.UNDONE, Withdrawal.REINSTATED]),
            placed_at=at - timedelta(hours=dice.randrange(60)),
        )
        if fact.withdrawal:
            fact = replace(fact, settled=0)
        yield replace(fact, is_waived=fact.left > 0 and not fact.withdrawal and dice.random() < 0.3)


def file_of(visitor: Visitor, first: date, last: date) -> list[dict[str, str]]:
    text = visitor.get(f"/insights/cancellations.csv?from={first}&to={last}").response.text
    return list(csv.DictReader(StringIO(text, newline="")))


def table(page: Page, place: str) -> dict[str, tuple[int, str]]:
    """What a table says: by the name of the row, how many and how much."""
    rows = {}
    for row in page.select(f"{place} tbody tr"):
        name, many, much = (" ".join(cell.get_text(" ", strip=True).split()) for cell in row.select("th, td"))
        rows[name] = (int(many), much)
    return rows


def amounts(sums: dict[str, Decimal], first: str = "PHP") -> str:
    """As the page writes them: each currency by itself, the store's in front."""
    there = sorted(sums, key=lambda currency: (currency != first, currency)) or [first]
    return " + ".join(format_currency(sums.get(each, Decimal(0)), each, locale="en_PH") for each in there)


def major(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-get_currency_precision(currency))
