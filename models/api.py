"""Programs: the tokens that let them in, what each of them did, and the answers that are kept for them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, with_table_of
from models.event import Event, never_changed
from models.order import Order
from models.user import Role, User

LONGEST_TOKEN_NAME = 60
LONGEST_KEY = 255
NOT_REVOKED = text("revoked_at IS NULL")


class ApiToken(Base):
    """Lets a program in, in the name of the owner who made it. Only the hash is kept, so that a copy of the file lets
    nobody in; the last four characters are for telling one from another."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_TOKEN_NAME}", name="name_has_a_length"),
        CheckConstraint("length(last_four) = 4", name="last_four_are_four"),
        CheckConstraint("revoked_by_id IS NULL OR revoked_at IS NOT NULL", name="revoked_by_somebody_at_some_time"),
        # Of two programs that may come in, history has to tell which one it was.
        Index("uq_api_tokens_name", "name", unique=True, sqlite_where=NOT_REVOKED, postgresql_where=NOT_REVOKED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_TOKEN_NAME))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    last_four: Mapped[str] = mapped_column(String(4))
    may_write: Mapped[bool]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """None, though it is revoked: whoever runs Suki's computer."""

    created_by: Mapped[User] = relationship(foreign_keys=[created_by_id])
    revoked_by: Mapped[User | None] = relationship(foreign_keys=[revoked_by_id])

    @property
    def signature(self) -> str:
        """Who did it, where somebody's name would stand: no sentence, and the same in every language."""
        return f"{self.name} (API)"

    @property
    def is_good(self) -> bool:
        """It ends with the right of its maker to have made it."""
        return self.revoked_at is None and self.created_by.disabled_at is None and self.created_by.role is Role.OWNER


class TokenEvent(Base):
    """Which token an event was done with; the event itself names the token's maker."""

    __tablename__ = "token_events"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"), index=True)

    event: Mapped[Event] = relationship()
    token: Mapped[ApiToken] = relationship()


class ApiRequest(Base):
    """A request that was carried out, by the key that its program gave it, with the answer that it had: sent again, it
    has the same answer, and nothing happens twice. Written in the transaction of what it asked for."""

    __tablename__ = "api_requests"
    __table_args__ = (
        CheckConstraint(f"length(key) BETWEEN 1 AND {LONGEST_KEY}", name="key_has_a_length"),
        Index("uq_api_requests_key", "token_id", "key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"))
    key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of what was asked: where, and with which body."""
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    status: Mapped[int]
    answer: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(index=True)

    order: Mapped[Order] = relationship()


with_table_of(TokenEvent, *never_changed(TokenEvent.__tablename__))
