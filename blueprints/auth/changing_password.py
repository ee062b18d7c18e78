"""Changing one's own password: every other browser that is signed in is signed out."""

from blueprints import clock
from blueprints.auth import passwords
from blueprints.auth.accounts import note, open_session, replace_password
from blueprints.auth.passwords import WrongPassword
from blueprints.throttling import count_try, forget_tries
from models import AttemptKind, User, db, writing


@passwords.a_place()
def change_password(*, user_id: int, current: str, new: str, address: str, browser: str) -> str:
    """The token of the session to go on in. Raises WeakPassword, WrongPassword, TooManyTries, TooManyAtOnce."""
    user = db.session.get_one(User, user_id)
    email, known_hash = user.email, user.password_hash
    passwords.refuse_weak(new, email=email)
    with writing() as session:
        count_try(session, AttemptKind.PASSWORD, email=email, address=address, now=clock.now())
    if not passwords.is_right(current, known_hash):
        raise WrongPassword
    new_hash = passwords.hash_password(new)
    with writing() as session:
        now = clock.now()
        user = session.get_one(User, user_id, populate_existing=True)
        if user.disabled_at is not None or user.password_hash != known_hash:
            raise WrongPassword
        forget_tries(session, email=email, address=address)
        replace_password(session, user, new_hash, now=now)
        note(session, "password_changed", user, by=user.as_actor(), now=now)
        return open_session(session, user, address=address, browser=browser, now=now)
