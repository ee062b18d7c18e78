"""A forgotten password: a link is mailed that sets a new one, once, and soon."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import and_, select

from blueprints import clock, outbox, seals
from blueprints.auth import passwords
from blueprints.auth.accounts import find_link, lapsed_link, leave_event, make_link, replace_password
from blueprints.throttling import count_try, forget_tries, tries_at
from models import AttemptKind, DatabaseBusy, User, db, writing
from models.base import DiskFailed

KIND = "password_reset"
LASTS = timedelta(minutes=30)
# Whoever asks on and on for somebody else's account fills no mailbox.
MAILS_AN_HOUR = 5


class LinkIsOver(Exception):
    """Used, too old, made void by another password, or never made."""


def ask_for_reset(*, email: str, address: str) -> None:
    """The same work and no answer, whether or not there is such an account. Raises TooManyTries."""
    email = email.lower()
    is_theirs = and_(User.email == email, User.disabled_at.is_(None))
    # Of an unknown email's link and mail nothing is kept, and their making takes as long with anybody's account.
    their_account_or_any = select(User).order_by(is_theirs.desc()).limit(1)
    name = db.session.scalars(their_account_or_any).one().name
    mark = seals.new_link_mark()
    secret = seals.secret_of(mark)
    message = outbox.render(KIND, name=name, mark=mark, minutes=LASTS // timedelta(minutes=1))
    with writing() as session:
        now = clock.now()
        count_try(session, AttemptKind.RESET, email=email, address=address, now=now)
        tries = tries_at(session, AttemptKind.RESET, email=email, now=now)
        user = session.scalars(their_account_or_any).one()
        kept_or_not = session.begin_nested()
        make_link(session, user, secret, now=now, lasts=LASTS)
        outbox.queue(session, kind=KIND, message=message, recipient=user.email, at=now)
        session.flush()
        if user.email != email or user.disabled_at is not None or tries > MAILS_AN_HOUR:
            kept_or_not.rollback()


def whose_link(secret: str) -> str:
    """The email of the account whose password it sets. Looking uses nothing up. Raises LinkIsOver."""
    found = find_link(db.session(), secret, now=clock.now())
    if found is None:
        _end_lapsed_link(secret)
        raise LinkIsOver
    return found[1].email


def _end_lapsed_link(secret: str) -> None:
    """For good, as whoever first finds it so. When nothing can be written now, by the clock it is over all the same."""
    if lapsed_link(db.session(), secret, now=clock.now()) is None:
        return
    with suppress(DatabaseBusy, DiskFailed), writing() as session:
        now = clock.now()
        if (link := lapsed_link(session, secret, now=now)) is not None:
            link.used_at = now


@passwords.a_place()
def reset_password(secret: str, *, new: str) -> int:
    """The user's id. Raises LinkIsOver, WeakPassword, TooManyAtOnce."""
    passwords.refuse_weak(new, email=whose_link(secret))
    new_hash = passwords.hash_password(new)
    with writing() as session:
        now = clock.now()
        found = find_link(session, secret, now=now)
        if found is None:
            raise LinkIsOver
        _, user = found
        replace_password(session, user, new_hash, now=now)
        leave_event(session, "password_reset", user, by=user.as_actor(), now=now)
        forget_tries(session, email=user.email)
        return user.id
