"""The reasons for a cancel that the store counts in its reports, in the order in which they are offered.

None is ever deleted, because cancels name them: one that is not used any more is taken off the list.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blueprints import clock
from models import Actor, Event, Reason, db, writing
from models.search import fold


class ReasonIsListed(Exception):
    """There is one of that name already, maybe taken off the list."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"reason {reason.id} has that name")
        self.label, self.active = reason.label, reason.active


def find_reasons() -> tuple[list[Reason], list[Reason]]:
    """Those on the list, and those off it."""
    found = db.session.scalars(select(Reason).order_by(Reason.rank, Reason.id)).all()
    return [reason for reason in found if reason.active], [reason for reason in found if not reason.active]


def add_reason(*, label: str, by: Actor) -> None:
    """Comes last. Raises ReasonIsListed."""
    with writing() as session:
        _refuse_second(session, label)
        last = session.scalar(select(func.max(Reason.rank))) or 0
        session.add(Reason(label=label, rank=last + 1))
        _leave_event(session, by)


def rename_reason(reason_id: int, *, label: str, by: Actor) -> None:
    """Cancels that name it read with the new words. Raises ReasonIsListed."""
    with writing() as session:
        reason = session.get_one(Reason, reason_id)
        _refuse_second(session, label, apart_from=reason)
        reason.label = label
        if session.is_modified(reason):
            _leave_event(session, by)


def move_reason(reason_id: int, *, down: bool, by: Actor) -> None:
    """One place among those on the list. At its end nothing moves."""
    with writing() as session:
        listed = list(session.scalars(select(Reason).where(Reason.active).order_by(Reason.rank, Reason.id)))
        ids = [reason.id for reason in listed]
        if reason_id not in ids:
            return
        place = ids.index(reason_id)
        other = place + (1 if down else -1)
        if not 0 <= other < len(listed):
            return
        listed[place], listed[other] = listed[other], listed[place]
        for rank, reason in enumerate(listed, start=1):
            reason.rank = rank
        _leave_event(session, by)


def list_reason(reason_id: int, *, active: bool, by: Actor) -> None:
    """Takes a reason off the list, or puts it back at its end."""
    with writing() as session:
        reason = session.get_one(Reason, reason_id)
        if reason.active == active:
            return
        reason.active = active
        if active:
            reason.rank = (session.scalar(select(func.max(Reason.rank))) or 0) + 1
        _leave_event(session, by)


def _refuse_second(session: Session, label: str, apart_from: Reason | None = None) -> None:
    """Two reasons are one when they differ in capitals or accents only."""
    for reason in session.scalars(select(Reason)):
        if reason is not apart_from and fold(reason.label) == fold(label):
            raise ReasonIsListed(reason)


def _leave_event(session: Session, by: Actor) -> None:
    session.add(Event(code="settings.changed.reasons", at=clock.now(), user_id=by.user_id))
