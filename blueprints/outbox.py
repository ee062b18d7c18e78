"""Emails: written as rows beside the change that they tell of, and delivered afterwards."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, has_request_context, url_for
from flask_babel import get_locale
from sqlalchemy import event
from sqlalchemy.orm import Session

from blueprints import background
from blueprints.shop import current_store
from models import Email, EmailState, NotSentReason


@dataclass(frozen=True)
class Message:
    subject: str
    text: str
    html: str


def render(kind: str, **context: Any) -> Message:
    """The three files of `templates/email/<kind>/`. Used for the preview too, so that it shows what is sent."""

    def part(name: str) -> str:
        return current_app.jinja_env.get_template(f"email/{kind}/{name}").render(
            store=current_store(),
            base_url=current_app.config["BASE_URL"],
            language=str(get_locale() or "en"),
            url_for=url_for if has_request_context() else _path_of,
            **context,
        )

    return Message(subject=" ".join(part("subject.txt").split()), text=part("body.txt"), html=part("body.html"))


def _path_of(endpoint: str, **values: Any) -> str:
    """Where no request is at hand, as in a task behind the pages."""
    return current_app.url_map.bind("").build(endpoint, values)


def mail_is_configured() -> bool:
    return bool(current_app.config.get("MAIL_SERVER"))


def why_nothing_leaves() -> NotSentReason | None:
    """None when a mail server is set up. Without one, mail is kept and stays readable."""
    if mail_is_configured():
        return None
    return NotSentReason.DEMO if current_store().is_demo else NotSentReason.NO_SERVER


def queue(
    session: Session,
    *,
    kind: str,
    message: Message,
    recipient: str | None,
    at: datetime,
    order_id: int | None = None,
    ticket_id: int | None = None,
    about_order_id: int | None = None,
    reply_to: str | None = None,
    not_sent: NotSentReason | None = None,
    due_at: datetime | None = None,
) -> Email:
    """Adds the email to the caller's transaction. With `not_sent` it is kept, and says why nobody gets it; with a later
    `due_at` it is held until then."""
    waits = EmailState.HELD if due_at and due_at > at else EmailState.QUEUED
    email = Email(
        kind=kind,
        order_id=order_id,
        ticket_id=ticket_id,
        about_order_id=about_order_id,
        recipient=recipient,
        reply_to=reply_to,
        subject=message.subject,
        text=message.text,
        html=message.html,
        message_id=f"<{secrets.token_hex(16)}@{_home()}>",
        state=EmailState.NOT_SENT if not_sent else waits,
        reason=not_sent,
        created_at=at,
        due_at=due_at or at,
    )
    session.add(email)
    if not not_sent:
        leaves_after_commit(session)
    return email


def leaves_after_commit(session: Session) -> None:
    """Something was queued: whoever delivers it is woken when the change is true."""
    session.info["something_leaves"] = True


def _home() -> str:
    """Where message ids are at home: the domain that mail comes from, else the store's own address."""
    _, _, domain = str(current_app.config["MAIL_DEFAULT_SENDER"] or "").rstrip("> ").rpartition("@")
    home = domain or urlsplit(str(current_app.config["BASE_URL"])).hostname or ""
    return home if home.isascii() and home.replace(".", "").replace("-", "").isalnum() else "suki.invalid"


@event.listens_for(Session, "after_commit")
def _wake_deliverer(session: Session) -> None:
    """Mail leaves as soon as what it tells of is true, and not before."""
    if session.info.pop("something_leaves", False):
        background.wake()


@event.listens_for(Session, "after_rollback")
def _let_deliverer_sleep(session: Session) -> None:
    session.info.pop("something_leaves", None)
