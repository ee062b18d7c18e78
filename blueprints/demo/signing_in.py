"""Where the demo's people are signed in besides: as long as any session lasts, the owner's page shows them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from blueprints.tokens import hash_of, new_token
from models import User, UserSession

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0"
# Who, in which browser, from where, since how many minutes, and how many minutes ago last.
PLACES = (
    ("ana", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Mobile Safari/604.1", "10.0.0.21", 95, 38),
    ("ben", f"Mozilla/5.0 (Linux; Android 16; K) {_CHROME} Mobile Safari/537.36", "10.0.0.34", 210, 9),
    ("ben", f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36", "10.0.0.12", 160, 2),
    ("carla", "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "203.0.113.40", 25, 6),
)  # fmt: skip


def sign_in_all(users: Mapping[str, User], now: datetime) -> list[UserSession]:
    """Nobody has their tokens, and nobody gets them."""
    return [
        UserSession(
            token_hash=hash_of(new_token()),
            user_id=users[name].id,
            created_at=now - timedelta(minutes=since),
            last_seen_at=now - timedelta(minutes=last),
            address=address,
            browser=browser,
        )
        for name, browser, address, since, last in PLACES
    ]
