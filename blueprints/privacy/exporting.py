"""Giving a customer's data out, as one file; the history says so, and names nobody."""

from collections.abc import Sequence

from blueprints import clock
from blueprints.privacy.disclosing import Entry, Time, everything_about
from blueprints.privacy.finding import chosen
from blueprints.privacy.refusals import NothingChosen
from models import Actor, Event, db, writing


def export_customer(order_ids: Sequence[int], ticket_ids: Sequence[int], *, time: Time, by: Actor) -> Entry:
    """Noted first, so that nothing leaves unnoted. Raises NothingChosen."""
    with writing() as session:
        these = chosen(session, order_ids, ticket_ids)
        if not these:
            raise NothingChosen
        at = clock.now()
        session.add_all(
            Event(at=at, code="order.data_exported", user_id=by.user_id, order_id=order_id)
            for order_id in these.order_ids
        )
        session.add_all(
            Event(at=at, code="ticket.data_exported", user_id=by.user_id, ticket_id=ticket.id)
            for ticket in these.questions
        )
    return everything_about(db.session(), chosen(db.session(), order_ids, ticket_ids), time=time)
