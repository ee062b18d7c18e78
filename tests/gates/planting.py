"""A store in which somebody's text stands in every field there is, behind the backs of all forms, and which has written
every kind of email about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import insert, select, update

from blueprints import clock
from blueprints.ask_links import AskLink, _trace_of
from blueprints.auth import adding_users, factor_mail
from blueprints.auth.resetting_password import ask_for_reset
from blueprints.auth.second_factors import FactorChange
from blueprints.orders.asking_for_link import ask_for_link, mail_links
from blueprints.orders.asking_to_cancel import ask_to_cancel
from blueprints.orders.bulk_gathering import gather_ticked
from blueprints.orders.cancelling import cancel_order
from blueprints.orders.cancelling_part import cancel_part
from blueprints.orders.cancelling_unpaid import look_after_unpaid
from blueprints.orders.changing import change_status
from blueprints.orders.declining_request import decline_request
from blueprints.orders.recording_cancel import CancelWish
from blueprints.orders.settling import Repayment, settle_refund, waive_refund
from blueprints.orders.withdrawing import reinstate_order
from blueprints.settings.trying_mail import try_mail
from blueprints.support.entering import enter_store
from blueprints.support.granting import extend_access
from blueprints.support.replying import Words, reply
from blueprints.support.reporting import report_act
from blueprints.support.solving import close
from blueprints.support.ticketing import Filing, file_cancellation, file_question
from models import (
    Actor,
    ApiToken,
    ArticleFeedback,
    Attachment,
    AttachmentKind,
    Cancellation,
    CancelRequest,
    Courier,
    Order,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    Product,
    Reason,
    Refund,
    Role,
    SettlementMethod,
    Store,
    User,
    UserSession,
    WebhookEndpoint,
    db,
    writing,
)
from tests.people import signed_in
from tests.shop import A_MORNING, Shop
from tests.support.files import PNG

Say = Callable[[str, int], str]
"""say("orders.number", 40): what stands in that field, of at most so many characters."""

KINDS = {
    "order_cancelled", "order_part_cancelled", "order_reinstated", "refund_settled", "order_accepted",
    "payment_reminder", "cancel_requested", "cancel_request_received", "cancel_request_declined", "cancel_link",
    "ticket_opened", "ticket_replied", "ticket_solved", "ticket_closed",
    "access_opened", "access_granted", "access_entered", "access_acted", "access_ended",
    "invitation", "password_reset", "second_factor_changed", "mail_test",
}  # fmt: skip


class Planter:
    def __init__(self, app: Flask, say: Say) -> None:
        self.app, self.say, self.shop = app, say, Shop(app)
        self.owner = Actor(1, say("users.name", 100), Role.OWNER)
        self.agent = Actor(3, say("users.name", 100), Role.SUPPORT)
        self.orders = 0

    def plant(self) -> None:
        with time_machine.travel(A_MORNING, tick=False) as travel:
            self.settings()
            self.product = self.shop.product(self.say("products.sku", 80), name=self.say("products.name", 300))
            with self.app.app_context():
                self.people()
                for happens in (self.cancelled, self.in_part, self.accepted, self.asked, self.in_tickets):
                    happens()
                self.taken_back(travel)
                self.not_paid(travel)
                self.aside()
                db.session.remove()
            travel.shift(timedelta(minutes=30))  # nothing is held any longer

    def settings(self) -> None:
        say = self.say
        with self.app.app_context(), writing() as session:
            for user in session.scalars(select(User)):
                user.name = say("users.name", 100)
            courier = session.get_one(Courier, 1)
            courier.name, courier.integrated = say("couriers.name", 60), True
            session.get_one(Reason, 1).label = say("reasons.label", 60)
            store = session.get_one(Store, 1)
            store.name, store.phone = say("store.name", 100), say("store.phone", 40)
            store.email, store.support_email = "nena@example.com", "tulong@example.com"
            store.support_name, store.unpaid_note = say("store.support_name", 100), say("store.unpaid_note", 1000)
            store.unpaid_hours, store.unpaid_notice_hours, store.unpaid_since = 72, 24, A_MORNING
            store.customers_may_ask = True
        for name in ("olive", "uma"):
            signed_in(self.app, name)
        with self.app.app_context(), writing() as session:
            session.execute(update(UserSession).values(browser=say("user_sessions.browser", 200)))

    def order(self, **columns: Any) -> Order:
        self.orders += 1
        say = self.say
        defaults = {
            "number": f"{say('orders.number', 36)}{self.orders}",
            "customer_name": say("orders.customer_name", 200),
            "customer_phone": say("orders.customer_phone", 40),
            "address": say("orders.address", 500),
            "customer_note": say("orders.customer_note", 2000),
            "payment_status": PaymentStatus.PAID,
            "items": [(say("order_items.name", 300), 2, 48000), (say("order_items.name", 300), 1, 100)],
        }
        return self.shop.order(**defaults | columns)

    def wish(self, **more: Any) -> CancelWish:
        note, internal = self.say("notes.body", 1000), self.say("notes.body", 1000)
        return CancelWish(**{"note": note, "internal_note": internal, "reason_id": 1} | more)

    def cancelled(self) -> None:
        order = self.order()
        cancel_order(order.id, version=1, wish=self.wish(), by=self.owner)
        refund = db.session.scalars(select(Refund).where(Refund.order_id == order.id)).one()
        today = (A_MORNING + timedelta(hours=8)).date()
        paid = Repayment(refund.owed, SettlementMethod.GCASH, today, self.say("settlements.reference", 80))
        refund_id = refund.id
        db.session.rollback()
        settle_refund(refund_id, version=2, repayment=paid, notify=True, by=self.owner)
        other = self.order()
        cancel_order(other.id, version=1, wish=self.wish(), by=self.owner)
        refund_id = db.session.scalars(select(Refund.id).where(Refund.order_id == other.id)).one()
        waive_refund(refund_id, version=2, because=self.say("refunds.waived_because", 500), by=self.owner)

    def in_part(self) -> None:
        order = self.order()
        cancel_part(order.id, version=1, pieces={order.items[0].id: 1}, wish=self.wish(), by=self.owner)

    def accepted(self) -> None:
        note = self.say("notes.body", 1000)
        change_status(
            self.order().id, version=1, status=OrderStatus.ACCEPTED, note=note, notify=True, by=self.owner
        )  # fmt: skip

    def taken_back(self, travel: time_machine.Traveller) -> None:
        order = self.order()
        cancel_order(order.id, version=1, wish=self.wish(), by=self.owner)
        done = db.session.scalars(select(Cancellation.id).where(Cancellation.order_id == order.id)).one()
        travel.shift(timedelta(minutes=15))
        note = self.say("notes.body", 1000)
        reinstate_order(order.id, done, version=2, note=note, notify=True, by=self.owner)

    def asked(self) -> None:
        for _ in range(2):
            order = self.order(number=f"A-{self.orders}")  # as it has to be typed, to ask for a link
            ask_for_link(number=order.number, email="maria@example.com", address="127.0.0.1")
            mail_links()
            link = AskLink(order.id, _trace_of(order.id, "maria@example.com"))
            ask_to_cancel(link, reason=self.say("cancel_requests.reason", 500))
        request = db.session.scalars(select(CancelRequest.id).where(CancelRequest.order_id == order.id)).one()
        decline_request(order.id, request, note=self.say("notes.body", 1000), by=self.owner)

    def in_tickets(self) -> None:
        say = self.say
        booked = self.order(
            courier_id=1, booking_integrated=True, booked_at=A_MORNING, waybill=say("orders.waybill", 60)
        )
        filing = Filing(say("tickets.subject", 150), say("tickets.reason", 4000), hours=24)
        ticket = file_cancellation(booked.id, filing, by=self.owner)
        extend_access(1, hours=4, by=self.owner)
        session_id = db.session.scalars(select(UserSession.id).where(UserSession.user_id == 3)).first()
        enter_store(1, user_session_id=session_id or 0, by=self.agent)
        for words, by in ((Words(say("ticket_messages.body", 4000)), self.agent),
                          (Words(say("ticket_messages.body", 4000), internal=True), self.agent),
                          (Words(say("ticket_messages.body", 4000)), self.owner)):  # fmt: skip
            reply(ticket, words, by=by)
        body = say("ticket_messages.body", 4000)

        def report(session, window, at):
            report_act(session, window, at, order_id=booked.id, body=body, solve=True, by=agent)

        agent = Actor(3, say("users.name", 100), Role.SUPPORT, window_id=1)
        wish = self.wish(courier_reference=say("orders.courier_reference", 60))
        cancel_order(booked.id, version=1, wish=wish, by=agent, report=report)
        question = Filing(say("tickets.subject", 150), say("tickets.reason", 4000))
        close(file_question(question, by=self.owner), by=self.owner)
        file_question(Filing(say("tickets.subject", 150), say("tickets.reason", 4000)), by=self.owner)

    def not_paid(self, travel: time_machine.Traveller) -> None:
        unpaid = {"payment_status": PaymentStatus.UNPAID, "payment_method": PaymentMethod.GCASH}
        self.order(**unpaid)
        travel.shift(timedelta(hours=49))
        look_after_unpaid(enough=lambda: False)

    def people(self) -> None:
        adding_users.invite_user(
            email="new@example.com", name=self.say("users.name", 100), role=Role.STAFF, by=self.owner
        )
        ask_for_reset(email="sam@example.com", address="127.0.0.1")
        message = factor_mail.write(FactorChange.RESET, name=self.say("users.name", 100))
        with writing() as session:
            factor_mail.queue(session, message, session.get_one(User, 2), now=clock.now())
        try_mail(recipient="olive@example.com")

    def aside(self) -> None:
        """What no email tells of."""
        say, now = self.say, clock.now()
        with writing() as session:
            comment = say("article_feedback.comment", 1000)
            session.add(ArticleFeedback(article="cancel-an-order", helpful=False, comment=comment, user_id=2, at=now))
            session.add(
                ApiToken(name=say("api_tokens.name", 60), token_hash="x", last_four="abcd", may_write=True,
                         created_at=now, created_by_id=1)
            )  # fmt: skip
            session.add(
                WebhookEndpoint(name=say("webhook_endpoints.name", 60), url="https://example.com/", created_at=now,
                                secret_nonce="0" * 32)
            )  # fmt: skip
            name = say("attachments.filename", 200)
            session.add(Attachment(ticket_id=1, filename=name, kind=AttachmentKind.PNG, size=len(PNG), content=PNG))
            session.execute(
                insert(Product.metadata.tables["stock_movements"]).values(
                    product_id=self.product.id, quantity=1, on_hand_after=11, kind="counted", at=now, user_id=1,
                    note=say("stock_movements.note", 200),
                )
            )  # fmt: skip
            session.execute(update(Product).values(on_hand=11))
        bulk = gather_ticked([self.order().id], by=self.owner)
        tables = Product.metadata.tables
        with writing() as session:
            words = {name: say(f"bulk_cancels.{name}", 1000) for name in ("note", "internal_note", "ticket_reason")}
            session.execute(update(tables["bulk_cancels"]).where(tables["bulk_cancels"].c.id == bulk).values(**words))
