"""Asking for the password again before something that lets more out of hand than one order."""

from blueprints import clock
from blueprints.auth import passwords
from blueprints.auth.proving_password import prove_password, proven_user
from models import UserSession, writing


@passwords.a_place()
def confirm(*, user_id: int, user_session_id: int, password: str, address: str) -> None:
    """Raises WrongPassword, TooManyTries, TooManyAtOnce."""
    known_hash = prove_password(user_id, password, address=address)
    with writing() as session:
        proven_user(session, user_id, known_hash, address=address)
        session.get_one(UserSession, user_session_id).confirmed_at = clock.now()
