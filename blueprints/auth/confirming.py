"""Asking for the password again before something that lets more out of hand than one order."""

from blueprints import clock
from blueprints.auth import passwords
from blueprints.auth.passwords import WrongPassword
from blueprints.throttling import count_try, forget_tries
from models import AttemptKind, User, UserSession, db, writing


@passwords.a_place()
def confirm(*, user_id: int, user_session_id: int, password: str, address: str) -> None:
    """Raises WrongPassword, TooManyTries, TooManyAtOnce."""
    user = db.session.get_one(User, user_id)
    email, known_hash = user.email, user.password_hash
    with writing() as session:
        count_try(session, AttemptKind.PASSWORD, email=email, address=address, now=clock.now())
    if not passwords.is_right(password, known_hash):
        raise WrongPassword
    with writing() as session:
        user = session.get_one(User, user_id, populate_existing=True)
        if user.disabled_at is not None or user.password_hash != known_hash:
            raise WrongPassword
        forget_tries(session, email=email, address=address)
        session.get_one(UserSession, user_session_id).confirmed_at = clock.now()
