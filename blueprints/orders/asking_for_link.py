"""Asking for the link anew, by order number and email.

The page learns nothing of whether they match: it writes down one row, the same for everybody. Who compares them, and
mails the link, is the task behind the pages, and after it nobody knows any more what was typed.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from blueprints import background, clock
from blueprints.orders.telling import write_to_asker
from blueprints.shop import current_store
from blueprints.slowing import LATELY, TooManyTries, network_of, wait_after
from models import DatabaseBusy, Email, LinkRequest, Order, db, writing
from models.base import DiskFailed

log = logging.getLogger("suki")

KIND = "cancel_link"
# So many from one address are free in an hour; a whole town may share one.
FREE_TRIES = 10
# Whoever asks on and on for somebody else's order fills no mailbox.
MAILS_AN_HOUR = 3
# Long enough for whatever was restarted meanwhile.
GIVE_UP_AFTER = timedelta(minutes=10)


def ask_for_link(*, number: str, email: str, address: str) -> None:
    """Raises TooManyTries."""
    with writing() as session:
        now, network = clock.now(), network_of(address)
        lately = LinkRequest.address == network, LinkRequest.at.between(now - LATELY, now)
        tries, last = session.execute(select(func.count(), func.max(LinkRequest.at)).where(*lately)).one()
        wait = wait_after(tries, last, free=FREE_TRIES, now=now)
        if wait.total_seconds() > 0:
            raise TooManyTries(wait)
        session.add(LinkRequest(at=now, address=network, number=number, email=email))


def mail_links() -> None:
    """Whoever asked, one after the other, until nobody waits. The page wakes nobody: when this looks tells nothing."""
    asked_id = _next_after(0)
    while asked_id is not None and not background.is_stopping():
        try:
            _answer(asked_id)
        except (DatabaseBusy, DiskFailed):
            raise
        except Exception:
            # Whoever asked after them is not to wait for it to be mended.
            log.exception("request %s for a link could not be answered", asked_id)
            _give_up_if_old(asked_id)
        asked_id = _next_after(asked_id)
    _forget_old()


def _next_after(asked_id: int) -> int | None:
    """Each gets one turn in a round, also when it fails."""
    waiting = select(LinkRequest.id).where(LinkRequest.number.is_not(None), LinkRequest.id > asked_id)
    next_id = db.session.scalar(waiting.order_by(LinkRequest.id).limit(1))
    db.session.rollback()
    return next_id


def _give_up_if_old(asked_id: int) -> None:
    """What was typed is not kept for as long as we have a fault."""
    with writing() as session:
        is_old = LinkRequest.id == asked_id, LinkRequest.at < clock.now() - GIVE_UP_AFTER
        session.execute(update(LinkRequest).where(*is_old).values(number=None, email=None))


def _forget_old() -> None:
    """From where somebody asked, as soon as it slows nobody down any more; also when nobody asks again."""
    old = select(LinkRequest.id).where(LinkRequest.at < clock.now() - LATELY, LinkRequest.number.is_(None))
    is_any = db.session.scalar(old.limit(1)) is not None
    db.session.rollback()
    if is_any:
        with writing() as session:
            session.execute(delete(LinkRequest).where(LinkRequest.id.in_(old)))


def _answer(asked_id: int) -> None:
    """The mail and the forgetting are one transaction: a crash loses neither, and doubles nothing."""
    with writing() as session:
        asked = session.get(LinkRequest, asked_id, populate_existing=True)
        if asked is None or asked.number is None or asked.email is None:
            return  # another process did it
        now, order = clock.now(), _order_of(session, asked.number, asked.email)
        asked.number = asked.email = None
        if order is not None and current_store().customers_may_ask and not _had_enough(session, order, now):
            write_to_asker(session, order, kind=KIND, at=now)


def _order_of(session: Session, number: str, email: str) -> Order | None:
    spellings = {number, number.upper(), number.lower()}
    for order in session.scalars(select(Order).where(Order.number.in_(spellings)).order_by(Order.id)):
        if (order.customer_email or "").strip().casefold() == email.casefold():
            return order
    return None


def _had_enough(session: Session, order: Order, now: datetime) -> bool:
    lately = Email.order_id == order.id, Email.kind == KIND, Email.created_at > now - LATELY
    return (session.scalar(select(func.count()).where(*lately)) or 0) >= MAILS_AN_HOUR
