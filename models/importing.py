"""A file of orders on its way in: its bytes, how far it was read, and what was wrong in it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.order_states import OrderSource


class ImportState(StrEnum):
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    REFUSED = "refused"
    """The file can't be read at all; `refusal` says why."""


class OrderImport(Base):
    """Counts are of orders; `position` is how many of the file's orders are behind us in the present state."""

    __tablename__ = "order_imports"
    __table_args__ = (CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_says_why"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    filename: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]
    source: Mapped[OrderSource | None]
    state: Mapped[ImportState]
    refusal: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    """Somebody works on it until then; later than that, they died and another may go on."""
    position: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    already_there: Mapped[int] = mapped_column(default=0)
    bad: Mapped[int] = mapped_column(default=0)
    without_email: Mapped[int] = mapped_column(default=0)


class ImportChunk(Base):
    """A piece of the file, so that no process ever holds the whole of it."""

    __tablename__ = "import_chunks"

    import_id: Mapped[int] = mapped_column(ForeignKey("order_imports.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportProblem(Base):
    """One thing wrong in the file, by line and column; the first thousand are kept."""

    __tablename__ = "import_problems"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("order_imports.id", ondelete="CASCADE"), index=True)
    line: Mapped[int]
    column: Mapped[str] = mapped_column(String(80), default="")
    number: Mapped[str] = mapped_column(String(60), default="")
    code: Mapped[str] = mapped_column(String(40))
    """What is wrong; the sentence is made where it is read."""
    found: Mapped[str] = mapped_column(String(80), default="")
    """What stood there, shortened."""
