"""Sending the owner an email, to see whether mail gets through at all."""

from sqlalchemy import select

from blueprints import clock, outbox
from models import Email, db, writing

KIND = "mail_test"
# How far back the last one is looked for: the list of emails grows for ever, and this page must not.
LOOK_BACK = 100


def try_mail(*, recipient: str) -> None:
    message = outbox.render(KIND)
    with writing() as session:
        outbox.queue(
            session,
            kind=KIND,
            message=message,
            recipient=recipient,
            at=clock.now(),
            not_sent=outbox.why_nothing_leaves(),
        )


def last_try() -> Email | None:
    """Nothing when it is so long ago that many emails were written since."""
    latest = select(Email.id).order_by(Email.id.desc()).limit(LOOK_BACK).scalar_subquery()
    return db.session.scalars(
        select(Email).where(Email.kind == KIND, Email.id.in_(latest)).order_by(Email.id.desc()).limit(1)
    ).one_or_none()
