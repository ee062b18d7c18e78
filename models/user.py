"""People who sign in, their sessions, and the traces of signing in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class Role(StrEnum):
    OWNER = "owner"
    STAFF = "staff"
    SUPPORT = "support"


@dataclass(frozen=True)
class Actor:
    """Who does something, as plain values, so that a use case needs no request. No `user_id`: Suki itself."""

    user_id: int | None
    name: str
    role: Role | None
    window_id: int | None = None
    """The access window that an agent is inside of. Whether it is still open is asked again under the lock."""
    token_id: int | None = None
    """The token with which a program acts in the name of this user."""

    @property
    def is_merchant(self) -> bool:
        return self.role in (Role.OWNER, Role.STAFF)


SYSTEM = Actor(user_id=None, name="Suki", role=None)


class User(UserMixin, Base):
    __allow_unmapped__ = True
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_in_lower_case"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    token: str
    """Of the session in which this user is signed in; set when it is found, never stored."""

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: a session that can be ended here, not the user's number."""
        return self.token

    @property
    def is_merchant(self) -> bool:
        return self.role in (Role.OWNER, Role.STAFF)

    def as_actor(self) -> Actor:
        return Actor(user_id=self.id, name=self.name, role=self.role)


class UserSession(Base):
    """One signed-in browser. Only the hash of its token is kept, so that a copy of the file lets nobody in."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When the password was asked for again, since the session began with it."""
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(45))
    browser: Mapped[str] = mapped_column(String(200))

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def proven_at(self) -> datetime:
        """When whoever sits there last showed that they know the password."""
        return self.confirmed_at or self.created_at


class AttemptKind(StrEnum):
    PASSWORD = "password"  # noqa: S105 (the kind of try, not a password)
    RESET = "reset"
    CODE = "code"
    """Of the second factor."""
    TOKEN = "token"  # noqa: S105 (likewise)
    """Of a program."""


class SignInAttempt(Base):
    """A wrong password or code, or a link asked for; kept for as long as it slows the next one down."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_by_email", "kind", "email_hash", "at"),
        Index("ix_sign_in_attempts_by_address", "kind", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AttemptKind]
    email_hash: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime] = mapped_column(index=True)


class PasswordReset(Base):
    """A one-time link that was mailed; only the hash of its token is kept."""

    __tablename__ = "password_resets"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
