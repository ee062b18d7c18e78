"""Changing one's own password: every other browser that is signed in is signed out."""

from blueprints import clock
from blueprints.auth import passwords
from blueprints.auth.accounts import leave_event, open_session, replace_password
from blueprints.auth.proving_password import prove_password, proven_user
from models import User, db, writing


@passwords.a_place()
def change_password(*, user_id: int, current: str, new: str, address: str, browser: str) -> str:
    """The token of the session to go on in. Raises WeakPassword, WrongPassword, TooManyTries, TooManyAtOnce."""
    passwords.refuse_weak(new, email=db.session.get_one(User, user_id).email)
    known_hash = prove_password(user_id, current, address=address)
    new_hash = passwords.hash_password(new)
    with writing() as session:
        now = clock.now()
        user = proven_user(session, user_id, known_hash, address=address)
        replace_password(session, user, new_hash, now=now)
        leave_event(session, "password_changed", user, by=user.as_actor(), now=now)
        return open_session(session, user, address=address, browser=browser, now=now)
