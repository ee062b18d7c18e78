"""The codes of a second factor: six digits from an app that change every half minute, and sixteen on paper.

All of them are worked out from the store's key: whoever has only a copy of the database can make none.
"""

import base64
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby

import pyotp
import segno

from blueprints.seals import worked_out

STEP_SECONDS = 30
# A phone's clock may be one step behind, or ahead.
STEPS_EITHER_WAY = 1
# A demo gives its codes away, and more people may sign in to one account than there are half minutes: whoever comes
# then is given a code of later.
STEPS_AHEAD_IN_DEMO = 240
DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_DIGITS = 16
# Of the store's name, twice in the square, each letter takes up to twelve of the 2,331 signs that one holds; and the
# fuller a square is, the worse a phone reads it.
MOST_OF_NAME = 40


@dataclass(frozen=True)
class ToScan:
    """A secret as the page shows it while an app is being set up."""

    secret: str
    address: str
    """What the app reads off the square: the secret, and how to name it in its list."""
    width: int
    path: str
    """The square as an SVG path, in units of its smallest part."""

    @property
    def size(self) -> int:
        """In pixels: whole ones for each part, so that all are as wide as each other."""
        return self.width * 4


def secret_of(user_id: int, mark: str) -> str:
    """What the app keeps, in the letters and digits that people type: 160 bits."""
    return base64.b32encode(worked_out(f"second factor {user_id} {mark}")[:20]).decode()


def to_scan(secret: str, *, email: str, store_name: str) -> ToScan:
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=store_name[:MOST_OF_NAME])
    square = segno.make(address, error="m", micro=False)
    rows = [list(row) for row in square.matrix_iter(border=4)]  # white ground all around
    return ToScan(secret, address, len(rows), "".join(_dark_bars(rows)))


def _dark_bars(rows: list[list[int]]) -> Iterator[str]:
    for y, row in enumerate(rows):
        x = 0
        for is_dark, parts in groupby(row, key=bool):
            width = len(list(parts))
            if is_dark:
                yield f"M{x} {y}h{width}v1h-{width}z"
            x += width


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step)


def step_of(code: str, secret: str, *, after: int, now: datetime, ahead: int = STEPS_EITHER_WAY) -> int | None:
    """The step whose code this is; None when it is none of now, or not later than the one that was used last."""
    step = step_at(now)
    for near in range(max(step - STEPS_EITHER_WAY, after + 1), step + ahead + 1):
        if hmac.compare_digest(code_of(secret, near), code):
            return near
    return None


def next_code(secret: str, *, after: int, now: datetime) -> str:
    """The one that an app would show, or the next when that was used: for the page of a demo alone."""
    return code_of(secret, max(step_at(now), after + 1))


def recovery_codes_of(user_id: int, mark: str) -> list[str]:
    """Ten, of digits alone: the keys that a phone brings up for a code have no letters."""
    numbers = (worked_out(f"recovery code {user_id} {mark} {number}") for number in range(RECOVERY_CODES))
    return [f"{int.from_bytes(number) % 10**RECOVERY_DIGITS:0{RECOVERY_DIGITS}}" for number in numbers]


def recovery_hash(user_id: int, code: str) -> str:
    """How they are kept. Sixteen digits can be guessed from a plain hash, and from this only with the store's key."""
    return sha256(worked_out(f"kept recovery code {user_id} {code}")).hexdigest()


def digits_of(typed: str) -> str:
    """What was typed without the gaps between groups; nothing when there is more than digits in it."""
    digits = typed.replace(" ", "").replace("-", "")
    return digits if digits.isascii() and digits.isdigit() else ""


def grouped(code: str) -> str:
    """In fours, as they are read and typed."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))
