"""One-time links in kept emails: a mark stands for the secret until the email leaves, so that neither the mailbox
in Suki nor a copy of the database lets anybody use the link."""

import base64
import hmac
import re
import secrets
from datetime import timedelta
from typing import Any

from flask import current_app, session

from blueprints import clock
from models import Email

# Only Suki's own words stand in these. In any other email a mark would be somebody's attempt to learn a secret.
SEALED_KINDS = ("invitation", "password_reset")
# So long what a mark stands for can be looked at by the browser for which it was made.
SHOWN_FOR = timedelta(minutes=15)
_MARK = re.compile(r"sealed-[0-9a-f]{32}")


def new_mark() -> str:
    """Stands for a secret that is worked out from it."""
    return secrets.token_hex(16)


def new_link_mark() -> str:
    """Stands for one in the text of an email."""
    return f"sealed-{new_mark()}"


def secret_of(mark: str) -> str:
    """What the mark stands for: 256 bits that only the holder of the store's key can work out."""
    return base64.urlsafe_b64encode(worked_out(f"one-time link {mark}")).rstrip(b"=").decode()


def worked_out(words: str) -> bytes:
    """256 bits from the store's key. The words say what for, so that one secret tells nothing of another."""
    return hmac.digest(str(current_app.secret_key).encode(), words.encode("utf-8", "replace"), "sha256")


def show(name: str, mark: str, **more: Any) -> None:
    """Lets this browser look at what the mark stands for: the secret itself is not in the cookie."""
    session[name] = {"mark": mark, "since": clock.now().timestamp(), **more}


def shown_lately(name: str) -> dict[str, Any] | None:
    """What this browser is being shown, unless that began long ago."""
    shown: dict[str, Any] | None = session.get(name)
    if shown is None or not 0 <= clock.now().timestamp() - shown["since"] <= SHOWN_FOR.total_seconds():
        return None
    return shown


def unsealed(email: Email) -> tuple[str, str]:
    """The text and the HTML as they are to be sent."""
    if email.kind not in SEALED_KINDS:
        return email.text, email.html
    text, html = (_MARK.sub(lambda mark: secret_of(mark[0]), body) for body in (email.text, email.html))
    return text, html
