"""That it is still them at the browser: asked again before anything changes about how an account is kept."""

from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.auth import passwords
from blueprints.auth.passwords import WrongPassword
from blueprints.throttling import count_try, forget_tries
from models import AttemptKind, User, db, writing


def prove_password(user_id: int, password: str, *, address: str) -> str:
    """The hash that it fits, for holding on to under the lock. Raises WrongPassword, TooManyTries."""
    user = db.session.get_one(User, user_id)
    email, known_hash = user.email, user.password_hash
    with writing() as session:
        count_try(session, AttemptKind.PASSWORD, email=email, address=address, now=clock.now())
    if not passwords.is_right(password, known_hash):
        raise WrongPassword
    return known_hash


def proven_user(session: Session, user_id: int, known_hash: str, *, address: str) -> User:
    """Under the lock. Raises WrongPassword when the password was changed meanwhile."""
    user = session.get_one(User, user_id, populate_existing=True)
    if user.disabled_at is not None or user.password_hash != known_hash:
        raise WrongPassword
    forget_tries(session, email=user.email, address=address)
    return user
