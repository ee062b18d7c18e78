"""Customers who ask to cancel: the link that they are mailed, and what they do with it."""

from flask import Flask
from sqlalchemy import select

from blueprints.ask_links import token_for
from models import CancelRequest, Order
from tests.pages import Page
from tests.people import Visitor
from tests.shop import Shop

REASON = "I ordered the wrong size."


def link_of(app: Flask, order: Order) -> str:
    """As it stands in an email that leaves now for the order's customer."""
    with app.app_context():
        return f"/ask/{token_for(order.id, order.customer_email)}"


def ask(visitor: Visitor, link: str, reason: str = REASON) -> Page:
    visitor.get(link)
    return visitor.post(link, reason=reason)


def requests_of(shop: Shop, order: Order) -> list[CancelRequest]:
    return shop.all(select(CancelRequest).where(CancelRequest.order_id == order.id).order_by(CancelRequest.id))


def at_address(app: Flask, address: str) -> Visitor:
    visitor = Visitor(app)
    visitor.client.environ_base["REMOTE_ADDR"] = address
    return visitor
