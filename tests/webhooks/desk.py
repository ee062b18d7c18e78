"""What happens at the shop's desk for webhooks: endpoints are added, and messages delivered when a test says so."""

from collections import Counter
from collections.abc import Collection

from flask import Flask
from sqlalchemy import select

from blueprints.retrying import Outcome
from blueprints.webhooks.changing_endpoints import EndpointWish, add_endpoint
from blueprints.webhooks.delivering import deliver
from blueprints.webhooks.sending import send_test
from blueprints.webhooks.signing import secret_of
from models import SYSTEM, WebhookEndpoint, WebhookMessage, WebhookType, db
from tests.webhooks.receiver import Receiver

EVENTS = [kind for kind in WebhookType if kind is not WebhookType.TEST]


class WebhookDesk:
    def __init__(self, app: Flask) -> None:
        self.app = app

    def add(
        self, receiver: Receiver | str, *, types: Collection[str] = EVENTS, allow_private: bool = True
    ) -> WebhookEndpoint:
        url = receiver if isinstance(receiver, str) else receiver.url()
        with self.app.app_context():
            wish = EndpointWish(name="", url=url, types=types, allow_private=allow_private)
            endpoint_id = add_endpoint(wish, by=SYSTEM)
        return self.endpoint(endpoint_id)

    def test(self, endpoint: WebhookEndpoint) -> WebhookMessage:
        """One message for it."""
        with self.app.app_context():
            message_id = send_test(endpoint.id)
        return self.message(message_id)

    def deliver(self) -> Counter[Outcome]:
        with self.app.app_context():
            return deliver()

    def endpoint(self, endpoint_id: int) -> WebhookEndpoint:
        with self.app.app_context():
            endpoint = db.session.get_one(WebhookEndpoint, endpoint_id)
            assert endpoint.types is not None
            db.session.expunge_all()
            return endpoint

    def message(self, message_id: int) -> WebhookMessage:
        with self.app.app_context():
            message = db.session.get_one(WebhookMessage, message_id)
            db.session.expunge_all()
            return message

    def messages(self) -> list[WebhookMessage]:
        with self.app.app_context():
            rows = list(db.session.scalars(select(WebhookMessage).order_by(WebhookMessage.id)))
            db.session.expunge_all()
            return rows

    def states(self) -> list[str]:
        return [message.state.value for message in self.messages()]

    def secret(self, endpoint: WebhookEndpoint) -> str:
        with self.app.app_context():
            return secret_of(self.endpoint(endpoint.id).secret_nonce)
