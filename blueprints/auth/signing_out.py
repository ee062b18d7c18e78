"""Signing out: the session ends here, so that a copy of its cookie opens nothing."""

from blueprints import clock
from blueprints.auth.accounts import end_session
from models import writing


def sign_out(token: str) -> None:
    with writing() as session:
        end_session(session, token, now=clock.now())
