"""Signing, as the Standard Webhooks say: whoever has the secret can check who sent a message, and that it is whole."""

import base64
import hmac
import secrets
from datetime import datetime

from blueprints.seals import worked_out
from models import WebhookEndpoint, WebhookMessage


def new_nonce() -> str:
    return secrets.token_hex(16)


def secret_of(nonce: str) -> str:
    """As its receiver is given it."""
    return "whsec_" + base64.b64encode(_key(nonce)).decode()


def _key(nonce: str) -> bytes:
    return worked_out(f"webhook secret {nonce}")


def nonces_of(endpoint: WebhookEndpoint, at: datetime) -> list[str]:
    """Two while the one from before still holds."""
    former = endpoint.former_nonce if endpoint.former_until and at < endpoint.former_until else None
    return [nonce for nonce in (endpoint.secret_nonce, former) if nonce]


def signed_headers(message: WebhookMessage, endpoint: WebhookEndpoint, at: datetime) -> dict[str, str]:
    """`at`: of this try, so that nobody can send an old message once more for us."""
    second = int(at.timestamp())
    signed = f"{message.message_id}.{second}.{message.payload}".encode()
    signatures = [hmac.digest(_key(nonce), signed, "sha256") for nonce in nonces_of(endpoint, at)]
    return {
        "webhook-id": message.message_id,
        "webhook-timestamp": str(second),
        "webhook-signature": " ".join("v1," + base64.b64encode(signature).decode() for signature in signatures),
    }
