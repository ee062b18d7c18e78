"""The people of the tests: Olive owns the shop, Sam is staff, Uma is support, Mallory is a stranger."""

import secrets
from typing import Any

from flask import Flask
from werkzeug.security import generate_password_hash

from blueprints import clock
from blueprints.tokens import hash_of
from models import Role, User, UserSession, writing
from tests.pages import Page

PASSWORD = "kape at pandesal"
# One round of hashing for everybody: what tests is made of need not be strong. Sign-in has tests of its own.
PASSWORD_HASH = generate_password_hash(PASSWORD, "scrypt:256:8:1")

PEOPLE = {
    "olive": ("Olive Owner", Role.OWNER),
    "sam": ("Sam Staff", Role.STAFF),
    "uma": ("Uma Support", Role.SUPPORT),
}


def add_people() -> None:
    with writing() as session:
        for name, (full_name, role) in PEOPLE.items():
            session.add(
                User(
                    email=f"{name}@example.com",
                    name=full_name,
                    role=role,
                    password_hash=PASSWORD_HASH,
                    created_at=clock.now(),
                )
            )


class Visitor:
    """A browser without a window. Sends the token of the page it read last, as a form would."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.token: str | None = None

    def get(self, url: str, **options: Any) -> Page:
        return self._read(Page(self.client.get(url, **options)))

    def follow(self, page: Page) -> Page:
        """The page that an answer leads to."""
        assert page.status == 303, f"{page.status}: {page.text}"
        return self.get(page.response.headers["Location"])

    def post(self, url: str, **fields: Any) -> Page:
        """`data` may carry fields whose names are no Python words; a file is (stream, filename)."""
        if self.token is None:
            self.get("/help/" if self.is_signed_in else "/login")
        fields = {"csrf_token": self.token, **fields.pop("data", {}), **fields}
        return self._read(Page(self.client.post(url, data=fields)))

    @property
    def is_signed_in(self) -> bool:
        with self.client.session_transaction() as cookie:
            return "_user_id" in cookie

    def _read(self, page: Page) -> Page:
        self.token = page.token or self.token
        return page


def is_in(visitor: Visitor) -> bool:
    """Whether a page opens to them that takes a sign-in."""
    return visitor.client.get("/help/").status_code == 200


def signed_in(app: Flask, name: str) -> Visitor:
    """Somebody who signed in a moment ago, without the cost of the form; sign-in itself is tested in its own file."""
    token = secrets.token_urlsafe(32)
    with app.app_context(), writing() as session:
        user = session.query(User).filter_by(email=f"{name}@example.com").one()
        now = clock.now()
        session.add(
            UserSession(
                token_hash=hash_of(token),
                user_id=user.id,
                created_at=now,
                last_seen_at=now,
                address="127.0.0.1",
                browser="",
            )
        )
    visitor = Visitor(app)
    with visitor.client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return visitor
