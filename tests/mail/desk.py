"""What happens at the shop's mail desk: emails are queued, and delivered when a test says so."""

from collections import Counter
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from blueprints import clock, outbox
from blueprints.mailing import Outcome, deliver
from blueprints.orders.telling import customer_email, tell_customer
from blueprints.outbox import Message
from models import Email, Order, db, writing

A_MESSAGE = Message(subject="Your order 1001 is cancelled", text="Sorry.\n", html="<p>Sorry.</p>")


class MailDesk:
    def __init__(self, app: Flask) -> None:
        self.app = app

    def tell(self, order: Order, *, kind: str = "order_cancelled", note: str = "", **more: Any) -> Email:
        """As a change of the order would."""
        with self.app.app_context():
            with writing() as session:
                found = session.get_one(Order, order.id)
                words = customer_email(found, kind, note, more.pop("refund_owed", 0))
                wanted = more.pop("wanted", True)
                email = tell_customer(session, found, kind=kind, wanted=wanted, at=clock.now(), message=words, **more)
                email_id = email.id
            return self.email(email_id)

    def queue(self, recipient: str = "maria@example.com", message: Message = A_MESSAGE, **more: Any) -> Email:
        with self.app.app_context():
            with writing() as session:
                kind = more.pop("kind", "order_cancelled")
                email = outbox.queue(session, kind=kind, message=message, recipient=recipient, at=clock.now(), **more)
                session.flush()
                email_id = email.id
            return self.email(email_id)

    def deliver(self) -> Counter[Outcome]:
        with self.app.app_context():
            return deliver()

    def email(self, email_id: int) -> Email:
        with self.app.app_context():
            email = db.session.get_one(Email, email_id)
            db.session.expunge_all()
            return email

    def again(self, email: Email) -> Email:
        """The row as it stands now."""
        return self.email(email.id)

    def due_at(self) -> list[datetime]:
        with self.app.app_context():
            return list(db.session.scalars(select(Email.due_at).order_by(Email.id)))
