"""Passwords: which are too weak to take, and how they are kept."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from werkzeug.security import check_password_hash, generate_password_hash

SHORTEST = 8  # characters
LONGEST = 1024  # bytes
METHOD = "scrypt:32768:8:3"
# Of the right method, and of no password: what is asked when there is no such account, so that it takes as long.
NO_PASSWORD = f"{METHOD}$nobody-has-this${'0' * 128}"
COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")

# Each hash takes 32 MB and a fifth of a second of one core. Whoever waits for one holds a thread of the server, so
# half of its eight may do so; the others go on serving pages.
_hashing = BoundedSemaphore(2)
_places = BoundedSemaphore(4)


class Weakness(StrEnum):
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    IS_EMAIL = "is_email"
    """The same as the account's email address, or the part before its @."""


class WeakPassword(Exception):
    def __init__(self, weakness: Weakness) -> None:
        super().__init__(weakness.value)
        self.weakness = weakness


class WrongPassword(Exception):
    """Or no such account, or one that is disabled: the answer is the same."""


class TooManyAtOnce(Exception):
    """More people are signing in at this moment than can be looked at. Nothing was changed; trying again is safe."""


def refuse_weak(password: str, *, email: str) -> None:
    """Raises WeakPassword. Length and what everybody tries first count, and nothing else."""
    weakness = _weakness(_as_kept(password), email)
    if weakness is not None:
        raise WeakPassword(weakness)


@contextmanager
def a_place() -> Iterator[None]:
    """Taken by a use case before it does anything else, so that who is sent away has left no trace.

    Raises TooManyAtOnce.
    """
    if not _places.acquire(blocking=False):
        raise TooManyAtOnce
    try:
        yield
    finally:
        _places.release()


def hash_password(password: str) -> str:
    """Takes long on purpose: never inside `writing()`."""
    with _hashing:
        return generate_password_hash(_as_kept(password), METHOD)


def is_right(password: str, password_hash: str | None) -> bool:
    """Takes as long for no account (None) as for one. Never inside `writing()`."""
    with _hashing:
        return check_password_hash(password_hash or NO_PASSWORD, _as_kept(password))


def is_outdated(password_hash: str) -> bool:
    """Kept in a way that was strong enough once; a sign-in is the moment to keep it better."""
    return not password_hash.startswith(f"{METHOD}$")


def _as_kept(password: str) -> str:
    """As typed, spaces too; only the two ways in which keyboards write é are made one."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "replace").decode()


def _weakness(password: str, email: str) -> Weakness | None:
    if len(password) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(password.encode()) > LONGEST:
        return Weakness.TOO_LONG
    plain = password.strip().casefold()
    if plain in (email.casefold(), email.casefold().partition("@")[0]):
        return Weakness.IS_EMAIL
    # password2026! is as well known as password; and 8 letters that are all the same are as good as none.
    stem = plain.rstrip("0123456789!?.,*#@$%&+-_ ")
    if {plain, stem} & _common() or len(set(plain)) < 3:
        return Weakness.COMMON
    return None


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON_PASSWORDS.read_text().split())
