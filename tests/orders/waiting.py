"""A shop that does not wait for its money for ever, and its clock, which tests move."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select

from blueprints import clock
from blueprints.orders.cancelling_unpaid import look_after_unpaid
from blueprints.orders.paying import record_payment
from models import SYSTEM, Email, EmailState, Order, PaymentMethod, Store, writing
from tests.shop import A_MORNING, Shop

HOURS, NOTICE = 72, 24
TO_PAY_FIRST: dict[str, Any] = {"payment_method": PaymentMethod.GCASH}


class Timer:
    """Switched on the moment the first order comes in."""

    def __init__(self, app: Flask, shop: Shop, travel: time_machine.Traveller) -> None:
        self.app, self.shop, self.travel = app, shop, travel

    def on(self, *, hours: int | None = HOURS, notice: int = NOTICE, **columns: Any) -> None:
        columns.setdefault("unpaid_since", A_MORNING if hours else None)
        self.shop.change(self.shop.get(Store, 1), unpaid_hours=hours, unpaid_notice_hours=notice, **columns)

    def order(self, **columns: Any) -> Order:
        return self.shop.order(**TO_PAY_FIRST | columns)

    def at(self, hours: float, **more: float) -> datetime:
        """So long after the order; the clock stands still there."""
        then = A_MORNING + timedelta(hours=hours, **more)
        self.travel.move_to(then, tick=False)
        return then

    def look(self) -> Counter[str]:
        with self.app.app_context():
            return Counter({did.value: times for did, times in look_after_unpaid(enough=lambda: False).items()})

    def deliver(self, **columns: Any) -> None:
        """The mail server takes all that waits; or what became of it instead."""
        with self.app.app_context(), writing() as session:
            for email in session.scalars(select(Email).where(Email.state == EmailState.QUEUED)):
                for name, value in {"state": EmailState.SENT, "sent_at": clock.now(), **columns}.items():
                    setattr(email, name, value)

    def remind(self, hours: float = HOURS - NOTICE, *, orders: int = 1, **columns: Any) -> None:
        """The reminder is due, written, and has left; or what became of it instead."""
        self.at(hours)
        assert self.look() == {"reminded": orders}
        self.deliver(**columns)


@contextmanager
def a_timer(app: Flask, shop: Shop) -> Iterator[Timer]:
    with time_machine.travel(A_MORNING, tick=False) as travel:
        timer = Timer(app, shop, travel)
        timer.on()
        yield timer


REMINDED = ["order.payment_reminded"]
CANCELLED = [*REMINDED, "order.not_paid", "order.cancelled"]
TWO_LETTERS = ["payment_reminder", "order_cancelled"]


def pay(app: Flask, order: Order, amount: int = 96000) -> None:
    with app.app_context():
        record_payment(order.id, version=1, amount=amount, method=PaymentMethod.GCASH, by=SYSTEM)
