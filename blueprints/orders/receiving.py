"""Receiving a file of orders: what can't be read is refused at once, the rest is stored until it was imported."""

import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.orders.reading_formats import LONG_STRETCH, Format, recognise
from blueprints.reading_csv import CHUNK, File, FileFault, Table, Unreadable, Upload
from models import Actor, DatabaseBusy, ImportChunk, ImportState, OrderImport, db, writing
from models.base import DiskFailed
from models.text import cleaned_line

QUICKLY = 1  # zlib's level: texts like these get six times smaller, and a hundred megabytes take two seconds


class Discarded(Exception):
    """Somebody said that the file is not wanted while it was being stored or read."""

    def __init__(self, import_id: int) -> None:
        super().__init__(f"import {import_id} was discarded")
        self.import_id = import_id


class StoredFile:
    """A file in the database. Each piece is read on its own, so that no reading is open for long."""

    def __init__(self, import_id: int, size: int) -> None:
        self._import_id = import_id
        self.size = size

    def chunks(self, offset: int) -> Iterator[bytes]:
        """Raises Discarded: nothing is kept of a file then."""
        for rank in range(offset // CHUNK, -(-self.size // CHUNK)):
            stored = db.session.scalars(
                select(ImportChunk.content).where(ImportChunk.import_id == self._import_id, ImportChunk.rank == rank)
            ).one_or_none()
            if stored is None:
                raise Discarded(self._import_id)
            yield zlib.decompress(stored)[offset % CHUNK if rank == offset // CHUNK else 0 :]


def format_of(file: File) -> Format:
    """Raises Unreadable when no order can be read from the file."""
    table = Table(file)
    found = recognise(table)
    if all(row.is_blank for row in islice(table.rows(), LONG_STRETCH)):
        raise Unreadable(FileFault.NO_ROWS)
    return found


def receive_file(stream: IO[bytes], *, filename: str, by: Actor) -> int:
    """Stores the file, ready to be checked. Raises Unreadable and Discarded."""
    upload = Upload(stream)
    import_id = record_import(upload, filename=filename, by=by, state=ImportState.RECEIVING)
    try:
        for rank, chunk in enumerate(upload.chunks(0)):
            content = zlib.compress(chunk, QUICKLY)
            with writing() as session:
                _reread(session, import_id)
                session.add(ImportChunk(import_id=import_id, rank=rank, content=content))
        with writing() as session:
            _reread(session, import_id).state = ImportState.CHECKING
    except (DatabaseBusy, DiskFailed, DBAPIError):
        # Of a disk that is full not even this may be possible; then it is forgotten after a day.
        with suppress(DatabaseBusy, DiskFailed, DBAPIError), writing() as session:
            session.execute(delete(OrderImport).where(OrderImport.id == import_id))
        raise
    return import_id


def _reread(session: Session, import_id: int) -> OrderImport:
    """Its page offers to discard it while the next piece is on its way. Raises Discarded."""
    found = session.get_one(OrderImport, import_id)
    if found.state is not ImportState.RECEIVING:
        raise Discarded(import_id)
    return found


def record_import(file: File, *, filename: str, by: Actor, state: ImportState, stored: bool = True) -> int:
    """Raises Unreadable."""
    source = format_of(file).source
    with writing() as session:
        noted = OrderImport(
            user_id=by.user_id,
            filename=cleaned_line(Path(filename.replace("\\", "/")).name)[:255] or "orders.csv",
            size=file.size,
            source=source,
            state=state,
            created_at=clock.now(),
            stored=stored,
        )
        session.add(noted)
        session.flush()
        return noted.id
