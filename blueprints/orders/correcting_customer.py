"""Correcting who an order is for and how they are reached: a name that was misheard, another phone, an address."""

from dataclasses import dataclass

from sqlalchemy import select

from blueprints import clock
from blueprints.orders.cancelling import reread
from blueprints.orders.correcting_address import redirect_emails
from blueprints.orders.history import did_since, leave_event
from blueprints.orders.refusals import OrderRefusal, refuse_if_changed
from models import Actor, ErasedOrder, Order, db, writing

CORRECTED = {
    "name": "order.name_corrected",
    "email": "order.email_corrected",
    "phone": "order.phone_corrected",
    "address": "order.address_corrected",
}
"""Of CustomerDetails, and what the history calls it."""


class CustomerErased(OrderRefusal):
    """The customer's data was erased: nothing of it comes back."""

    code = "customer_erased"


@dataclass(frozen=True)
class CustomerDetails:
    name: str
    email: str | None
    phone: str | None
    address: str


def correct_customer(order_id: int, *, version: int, details: CustomerDetails, by: Actor) -> bool:
    """Whether the order has it by this form, also when that was sent before. Emails that have not left go to the new
    address, and to nobody when none is left. Raises CustomerErased, OrderChanged."""
    with writing() as session:
        order = reread(session, order_id)
        refuse_to_correct(order)
        had = details_of(order)
        if had == details:
            return did_since(session, order, CORRECTED.values(), version=version, by=by)
        refuse_if_changed(order, version)
        order.customer_name, order.customer_email = details.name, details.email
        order.customer_phone, order.address = details.phone, details.address
        at = clock.now()
        for code in _what_differs(had, details):
            leave_event(session, order, code, by=by, at=at)
        if had.email != details.email:
            redirect_emails(session, order)
        return True


def details_of(order: Order) -> CustomerDetails:
    return CustomerDetails(order.customer_name, order.customer_email, order.customer_phone, order.address)


def _what_differs(had: CustomerDetails, has: CustomerDetails) -> list[str]:
    """As the history says it; what stood there before is kept nowhere."""
    return [code for name, code in CORRECTED.items() if getattr(had, name) != getattr(has, name)]


def refuse_to_correct(order: Order) -> None:
    """The rule, for whoever asks it: the page before it is drawn, and the correction under the lock."""
    if db.session.scalar(select(ErasedOrder.order_id).where(ErasedOrder.order_id == order.id).limit(1)):
        raise CustomerErased
