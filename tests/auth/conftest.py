"""Signing in through the real form, from wherever one likes."""

import pytest
from sqlalchemy import event

from blueprints.auth import passwords
from models import db
from tests.people import PASSWORD, PASSWORD_HASH, Visitor


@pytest.fixture(autouse=True)
def quick_hashes(request, monkeypatch):
    """One round of hashing, as the people of the tests have; a test that asks for `full_strength` gets that."""
    if "full_strength" not in request.fixturenames:
        method = PASSWORD_HASH.partition("$")[0]
        monkeypatch.setattr(passwords, "NO_PASSWORD", passwords.NO_PASSWORD.replace(passwords.METHOD, method))
        monkeypatch.setattr(passwords, "METHOD", method)


@pytest.fixture
def full_strength():
    """Hashing as it is in a store."""


@pytest.fixture
def stranger(app):
    """stranger("10.0.0.1") is somebody at that address who is not signed in."""

    def come(address: str = "127.0.0.1") -> Visitor:
        visitor = Visitor(app)
        visitor.client.environ_base["REMOTE_ADDR"] = address
        return visitor

    return come


@pytest.fixture
def sign_in(stranger):
    """Somebody who has just signed in by the form."""

    def sign_in(name: str, password: str = PASSWORD, address: str = "127.0.0.1") -> Visitor:
        visitor = stranger(address)
        page = visitor.post("/login", email=f"{name}@example.com", password=password)
        assert page.status == 303, page.text
        visitor.token = None
        return visitor

    return sign_in


@pytest.fixture
def statements(app):
    """What the database was asked, without the values."""
    asked: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def hashes(monkeypatch):
    """Counts the costly work: every password that was looked at, by the hash it was held against."""
    looked_at: list[str] = []
    check = passwords.check_password_hash

    def counted(password_hash: str, password: str) -> bool:
        looked_at.append(password_hash)
        return check(password_hash, password)

    monkeypatch.setattr(passwords, "check_password_hash", counted)
    return looked_at
