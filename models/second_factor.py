"""The second factor of an account: codes from an app on a phone, and codes on paper for when the phone is lost."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class SecondFactor(Base):
    """There is a row once a code of the app was typed in, and so has shown that the app has the secret."""

    __tablename__ = "second_factors"
    __table_args__ = (CheckConstraint("last_step >= 0", name="last_step_not_negative"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(String(64))
    """From this and the store's key the secret is worked out, so that a copy of the file makes no codes."""
    confirmed_at: Mapped[datetime]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """Half minutes since 1970, of the code that was used last: that one and those before it are good no more."""


class RecoveryCode(Base):
    """One of the codes on paper; each is good once, in place of one from the phone."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]
