"""Delivering the outbox: any number of processes may do it at once, and any of them may die in the middle of it."""

import logging
import re
import smtplib
from collections import Counter
from datetime import timedelta
from email.utils import parseaddr

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import and_, case, func, select, update

from blueprints import background, clock, retrying
from blueprints.ask_links import with_link
from blueprints.composing import FinishedEmail, UnsafeEmail, one_address
from blueprints.retrying import Outcome
from blueprints.seals import SEALED_KINDS, unsealed
from blueprints.shop import current_store
from blueprints.smtp import SmtpConnection, in_words
from models import Email, EmailState, change_rows, db, writing
from models.email import WAITING

log = logging.getLogger("suki")

# While the server can't be reached one email tries, and the others wait without using up tries of their own.
OTHERS_WAIT = timedelta(minutes=1)

# A store's name that may stand before its address: letters, digits, and what names are written with.
_PLAIN_NAME = re.compile(r"[^\W_](?:[\w &'’.-]{0,98}[\w.])?")


def deliver() -> Counter[Outcome]:
    """Sends what is due, one email after the other, until nothing is or the server can't be reached."""
    outcomes: Counter[Outcome] = Counter()
    with SmtpConnection(current_app.extensions["mail"]) as line:
        while not background.is_stopping() and (email := claim()) is not None:
            outcome = _send(line, email)
            outcomes[outcome] += 1
            if outcome is Outcome.UNREACHABLE:
                break
    return outcomes


def claim() -> Email | None:
    """The email that is due longest, and ours alone until the lease ends. None when nothing is due."""
    while True:
        due = select(Email.id).where(WAITING, Email.due_at <= clock.now()).order_by(Email.due_at, Email.id).limit(1)
        email_id = db.session.scalar(due)
        if email_id is None:
            db.session.rollback()
            return None
        email = retrying.claim(Email, email_id)
        if email is not None:
            return email


def write(email: Email) -> FinishedEmail:
    """Raises UnsafeEmail."""
    text, html = (with_link(email, body) for body in unsealed(email))
    finished = FinishedEmail(
        sender=sender(),
        recipient=email.recipient or "",
        reply_to=_plain_or_none(email.reply_to),
        subject=email.subject,
        text=text,
        html=html,
        message_id=email.message_id,
        at=email.created_at,
    )
    db.session.rollback()  # no read stays open while the server is talked to
    return finished


def sender() -> tuple[str, str]:
    """The display name, empty when the store's can't be one, and the address."""
    store = current_store()
    address = parseaddr(str(current_app.config.get("MAIL_DEFAULT_SENDER") or store.email or ""))[1]
    return store.name if _PLAIN_NAME.fullmatch(store.name) else "", address


def _plain_or_none(address: str | None) -> str | None:
    """Better an email that can't be answered than none."""
    try:
        return one_address(address, "reply_to") if address else None
    except UnsafeEmail:
        return None


def _send(line: SmtpConnection, email: Email) -> Outcome:
    try:
        answer = line.post(write(email))
    except UnsafeEmail as problem:
        return _unsafe(email, problem.part)
    except smtplib.SMTPRecipientsRefused as refusal:
        return _refused(email, *next(iter(refusal.recipients.values())))
    except smtplib.SMTPDataError as refusal:
        return _refused(email, refusal.smtp_code, refusal.smtp_error)
    except (smtplib.SMTPException, OSError) as problem:
        answer = in_words(problem)
        is_of_server = isinstance(problem, smtplib.SMTPException)
        return _unreachable(email, answer, others=_code_of(answer) if is_of_server else answer)
    except Exception:
        # A fault of ours, with this email at least: it must not hold up the others, nor be tried for ever.
        log.exception("email %s could not be handed over", email.id)
        return _put_off(email, _("Suki could not hand it over; its log says more."))
    # Noted before QUIT, and before anything else can go wrong: from here on nothing repeats it.
    _note(email, state=EmailState.SENT, sent_at=clock.now(), answer=answer)
    return Outcome.SENT


def _unsafe(email: Email, part: str) -> Outcome:
    if part == "sender":
        answer = _("Suki has no address to send from: FLASK_MAIL_DEFAULT_SENDER is to name one.")
        return _unreachable(email, answer, others=answer)
    if part == "recipient":
        return _fail(email, _("Suki did not send it: the address is not one valid email address."))
    return _fail(email, _("Suki did not send it: a part of it could be read as something else (%(part)s).", part=part))


def _refused(email: Email, code: int, text: bytes | str) -> Outcome:
    answer = in_words((code, text))
    if code == 421 or not 400 <= code <= 599:
        return _unreachable(email, answer, others=_code_of(answer))
    return _fail(email, answer) if code >= 500 else _put_off(email, answer)


def _unreachable(email: Email, answer: str, *, others: str) -> Outcome:
    """`others`: what is said with all that wait for the same server."""
    outcome = _put_off(email, answer)
    with writing() as session:
        now = clock.now()
        change_rows(
            session,
            update(Email)
            .where(WAITING, Email.due_at <= now)
            .values(state=EmailState.QUEUED, due_at=now + retrying.about(OTHERS_WAIT), answer=others),
        )
    return outcome if outcome is Outcome.FAILED else Outcome.UNREACHABLE


def _put_off(email: Email, answer: str) -> Outcome:
    now = clock.now()
    if retrying.is_hopeless(email.attempts, email.created_at, now):
        return _fail(email, answer)
    log.warning("email %s was put off: %s", email.id, _code_of(answer))
    _note(email, state=EmailState.QUEUED, due_at=now + retrying.wait_after(email.attempts), answer=answer)
    return Outcome.PUT_OFF


def _fail(email: Email, answer: str) -> Outcome:
    log.warning("email %s failed: %s", email.id, _code_of(answer))
    _note(email, state=EmailState.FAILED, answer=answer)
    return Outcome.FAILED


def _code_of(answer: str) -> str:
    """What of a server's answer may stand in the log, or with other emails: the rest may name an address."""
    code = answer[:3]
    return code if code.isdigit() else "no answer"


def _note(email: Email, **values: object) -> None:
    ours = and_(Email.attempts == email.attempts, WAITING)  # not when what it tells of was taken back meanwhile
    if values["state"] is EmailState.SENT:
        ours = Email.state != EmailState.SENT  # sent is sent, whoever took it or took it back since
        values["reason"] = None
    if values["state"] is not EmailState.QUEUED:
        # Where it was tried, whatever was corrected meanwhile; what was erased stays so.
        is_kept, answer = Email.cleared_at.is_(None), values["answer"]
        values["recipient"] = case((is_kept, email.recipient), else_=func.coalesce(Email.recipient, ""))
        values["answer"] = case((is_kept, answer), else_=_code_of(str(answer)))
    if email.kind in SEALED_KINDS and values["state"] is not EmailState.QUEUED:
        values |= {"text": "", "html": ""}  # nobody else is to find the link in here
    statement = update(Email).where(Email.id == email.id, ours).values(**values)
    retrying.record(lambda session: change_rows(session, statement))
