"""Tokens that let somebody in: of sessions and of mailed links. Whoever finds one in the database has only its hash."""

import hashlib
import secrets


def new_token() -> str:
    """256 bits, in 43 characters that every address takes."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """How tokens are kept: they are random and long, so a fast hash is as good as a slow one."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
