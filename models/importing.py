"""A file of orders on its way in: its bytes, how far it was read, and what was found in it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.order_states import OrderSource


class ImportState(StrEnum):
    RECEIVING = "receiving"
    """Its bytes are being stored."""
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    DONE = "done"
    DISCARDED = "discarded"
    """Not wanted, or given up: what had come in by then stays."""


class Verdict(StrEnum):
    """What becomes of one order of the file."""

    NEW = "new"
    THERE = "there"
    """Its number is in Suki already."""
    BAD = "bad"


class OrderImport(Base):
    """Counts are of orders. `offset` and `line` say how far the file is read in the present state: they are saved
    together with what was read, so that whoever goes on loses nothing and does nothing twice."""

    __tablename__ = "order_imports"
    __table_args__ = (
        CheckConstraint("(state IN ('done', 'discarded')) = (finished_at IS NOT NULL)", name="finished_has_a_date"),
        Index("ix_order_imports_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    filename: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]
    source: Mapped[OrderSource]
    state: Mapped[ImportState]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    """Somebody works on it until then; later than that, they died and another may go on."""
    stored: Mapped[bool] = mapped_column(default=True)
    """Its bytes are in ImportChunk; else they are in a file that the command line reads."""
    offset: Mapped[int] = mapped_column(default=0)
    line: Mapped[int] = mapped_column(default=0)
    new: Mapped[int] = mapped_column(default=0)
    """Less those that somebody else added before they came in."""
    already_there: Mapped[int] = mapped_column(default=0)
    bad: Mapped[int] = mapped_column(default=0)
    without_email: Mapped[int] = mapped_column(default=0)
    """Of the new ones."""
    shipping_inferred: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Likewise: the file does not say what their shipping cost."""
    imported: Mapped[int] = mapped_column(default=0)
    findings: Mapped[int] = mapped_column(default=0)
    """All that were found; the first thousand are kept."""

    @property
    def percent(self) -> int:
        return min(100, self.offset * 100 // self.size) if self.size else 0


class ImportChunk(Base):
    """A piece of the file, so that no process ever holds the whole of it. Deleted when the file is no longer needed."""

    __tablename__ = "import_chunks"

    import_id: Mapped[int] = mapped_column(ForeignKey("order_imports.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """Compressed."""


WITH_COURIER = text("courier IS NOT NULL")


class ImportNumber(Base):
    """An order of the file, by its number: so that rows of one order that stand apart are noticed, and only what was
    found to be new comes in. Deleted with the chunks."""

    __tablename__ = "import_numbers"
    __table_args__ = (
        Index("ix_import_numbers_verdict", "import_id", "verdict", "line"),
        Index(
            "ix_import_numbers_courier",
            "import_id",
            "courier",
            "line",
            sqlite_where=WITH_COURIER,
            postgresql_where=WITH_COURIER,
        ),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("order_imports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), primary_key=True)
    line: Mapped[int]
    offset: Mapped[int]
    verdict: Mapped[Verdict]
    is_whole: Mapped[bool]
    has_email: Mapped[bool]
    courier: Mapped[str | None] = mapped_column(String(80))
    """As the file names it, of an order that comes in with one."""
    is_shipping_inferred: Mapped[bool] = mapped_column(default=False, server_default=false())


class ImportFinding(Base):
    """One thing wrong in the file, or worth a look, by line and column."""

    __tablename__ = "import_findings"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("order_imports.id", ondelete="CASCADE"), index=True)
    line: Mapped[int]
    column: Mapped[str] = mapped_column(String(80), default="")
    number: Mapped[str] = mapped_column(String(40), default="")
    code: Mapped[str] = mapped_column(String(40))
    """What it is; the sentence is made where it is read."""
    found: Mapped[str] = mapped_column(String(80), default="")
    """What stood there, shortened."""
    stops: Mapped[bool]
    """The order is left out for it."""
