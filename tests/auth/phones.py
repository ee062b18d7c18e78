"""The phones of the tests: each makes the codes that an authenticator app would make at this moment."""

import time

import pyotp
from flask import Flask
from sqlalchemy import select

from blueprints import clock
from blueprints.auth import codes
from blueprints.auth.second_factors import keep_recovery_codes
from models import SecondFactor, User, db, writing

A_STEP = 30


class Phone:
    def __init__(self, secret: str) -> None:
        self.secret = secret

    def code(self, steps_ahead: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(int(time.time()) + steps_ahead * A_STEP)

    @property
    def wrong_code(self) -> str:
        """Six digits that are no code of this phone's for minutes around."""
        near = {self.code(ahead) for ahead in range(-5, 6)}
        return next(code for code in map(str, range(100_000, 100_020)) if code not in near)


def give_phone(app: Flask, name: str) -> Phone:
    """As if they had set it up a while ago, with recovery codes of the mark `paper`."""
    with app.app_context(), writing() as session:
        user = session.scalars(select(User).where(User.email == f"{name}@example.com")).one()
        session.add(SecondFactor(user_id=user.id, mark=f"of {name}", confirmed_at=clock.now()))
        keep_recovery_codes(session, user, "paper")
        return Phone(codes.secret_of(user.id, f"of {name}"))


def codes_on_paper(app: Flask, name: str) -> list[str]:
    with app.app_context():
        user_id = db.session.scalars(select(User.id).where(User.email == f"{name}@example.com")).one()
        return codes.recovery_codes_of(user_id, "paper")


def phone_of(page) -> Phone:
    """One that scanned the square of this page; here it typed the key, which says the same."""
    return Phone(page.one("#key").get_text().replace(" ", ""))
