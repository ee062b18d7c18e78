"""Ending sessions: one browser, every other browser of one's own, or everybody's but the one that asks."""

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.auth.accounts import end_session_by_id, end_sessions_of, leave_event
from models import Actor, User, UserSession, writing

log = logging.getLogger("suki")


class ThisBrowser(Exception):
    """The session that asks is ended by signing out."""


def end_one(user_session_id: int, *, here: int, by: Actor) -> bool:
    """Whether it was open still. `here`: the session that asks. Raises ThisBrowser."""
    if user_session_id == here:
        raise ThisBrowser
    with writing() as session:
        now, found = clock.now(), session.get_one(UserSession, user_session_id)
        if end_session_by_id(session, user_session_id, now=now) == 0:
            return False
        leave_event(session, "session_ended", found.user, by=by, now=now)
    log.info("session ended user=%s by=%s", found.user_id, by.user_id)
    return True


def end_others_of(user_id: int, *, here: int, by: Actor) -> int:
    """How many other browsers were signed out."""
    with writing() as session:
        ended = _end_but(session, session.get_one(User, user_id), here, by)
    log.info("signed out elsewhere user=%s sessions=%s", user_id, ended)
    return ended


def end_all_but(*, here: int, by: Actor) -> int:
    """How many people were signed out somewhere."""
    with writing() as session:
        users = session.scalars(select(User).order_by(User.id)).all()
        people = sum(_end_but(session, user, here, by) > 0 for user in users)
    log.info("signed out everybody people=%s by=%s", people, by.user_id)
    return people


def _end_but(session: Session, user: User, here: int, by: Actor) -> int:
    now = clock.now()
    ended = end_sessions_of(session, user, now=now, but=here)
    if ended:
        leave_event(session, "signed_out_elsewhere" if user.id == by.user_id else "signed_out", user, by=by, now=now)
    return ended
