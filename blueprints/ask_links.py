"""Links by which customers ask for a cancel. A mark stands in the kept email, as with one-time links: the link is made
when the email leaves, for the address that it then goes to. So neither the mailbox in Suki nor a copy of the
database holds one, a copy sent to another address has a link of its own, and a preview shows what is kept."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from blueprints.seals import worked_out
from config import LOOPBACK
from models import Email

LASTS = timedelta(days=60)
MARK = "own-link"
_PATH = "/ask/"


class LinkUnknown(Exception):
    """Guessed, altered, or not for this address any more."""


class LinkExpired(LinkUnknown):
    """It was one of ours, and is too old."""


@dataclass(frozen=True)
class AskLink:
    """What a link says: of which order, and a trace of the address that it was mailed to, from which nobody can tell
    the address."""

    order_id: int
    trace: str

    def is_for(self, address: str | None) -> bool:
        """Whether the order has still the address that the link went to: it is void once that was corrected."""
        return bool(address) and hmac.compare_digest(self.trace, _trace_of(self.order_id, address or ""))


def token_for(order_id: int, address: str) -> str:
    return str(_signer().dumps([order_id, _trace_of(order_id, address)]))


def read_token(token: str) -> AskLink:
    """Raises LinkUnknown, and LinkExpired for one that was ours."""
    try:
        signature = token.rpartition(".")[2]
        if base64_encode(base64_decode(signature)).decode() != signature:
            raise LinkUnknown  # the same bits, in other letters
        order_id, trace = _signer().loads(token, max_age=int(LASTS.total_seconds()))
        return AskLink(int(order_id), str(trace))
    except SignatureExpired as problem:
        raise LinkExpired from problem
    except (BadData, ValueError, TypeError) as problem:
        raise LinkUnknown from problem


def with_link(email: Email, body: str) -> str:
    """As it is to be sent. Whatever text the mark stands in, it becomes a link for this email's order and this email's
    reader only: to anybody but the order's customer it opens nothing."""
    if email.order_id is None or not email.recipient or _PATH + MARK not in body:
        return body
    return body.replace(_PATH + MARK, _PATH + token_for(email.order_id, email.recipient))


def can_be_followed() -> bool:
    """An address that leads to this very computer is of use only where its mail stays here too."""
    config = current_app.config
    return not config["IS_LOOPBACK"] or config.get("MAIL_SERVER") in (None, "", *LOOPBACK)


def _trace_of(order_id: int, address: str) -> str:
    return worked_out(f"ask link {order_id} {address.strip().lower()}")[:12].hex()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        str(current_app.secret_key),
        salt="ask for a cancel",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
