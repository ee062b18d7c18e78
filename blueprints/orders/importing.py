"""Importing a file of orders: checked first, then brought in on somebody's word, batch by batch.

Each batch is one transaction that also saves how far the file is read: a crash loses nothing and doubles nothing,
and whoever comes next goes on from there."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, delete, literal, or_, select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.leasing import claim, is_free, keep_hold, patiently
from blueprints.orders.bringing_in import bring_in
from blueprints.orders.checking import check_orders, is_hopeless
from blueprints.orders.incoming import ShopFacts
from blueprints.orders.reading_formats import LONGEST_ORDER, OrderInFile, read_orders, recognise
from blueprints.orders.receiving import Discarded, StoredFile
from blueprints.reading_csv import File, Place, Table
from models import (
    Actor,
    ImportChunk,
    ImportFinding,
    ImportNumber,
    ImportState,
    Order,
    OrderImport,
    Store,
    User,
    Verdict,
    db,
    writing,
)

BATCH = 500
LINES = 20_000
"""Of the file, in one batch: made of nothing but mistakes, they are not many orders."""
KEPT_FOR = timedelta(days=1)
"""A file that nobody decided about."""
GIVEN_UP_AFTER = timedelta(days=7)
"""An import that fails again and again, since the file came. It was decided on within the first day, and goes on after
a shop was closed for a few."""
LATEST = 20
UNDERWAY = (ImportState.CHECKING, ImportState.IMPORTING)
UNDECIDED = (ImportState.RECEIVING, ImportState.CHECKING, ImportState.CHECKED)


def start_import(import_id: int, *, by: Actor) -> None:
    """Has a checked file brought in. Asked again, nothing happens twice."""
    with writing() as session:
        found = session.get_one(OrderImport, import_id)
        if found.state is ImportState.CHECKED:
            found.state = ImportState.IMPORTING
            found.user_id = by.user_id
            found.offset = found.line = 0


def stands_still(found: OrderImport) -> bool:
    """Nobody is at it, so that somebody may want to give it a push."""
    is_free = found.claimed_until is None or found.claimed_until < clock.now()
    return found.state in UNDERWAY and found.stored and is_free


def discard_import(import_id: int) -> bool:
    """Forgets a file, unless its orders are coming in or are in."""
    with writing() as session:
        found = session.get_one(OrderImport, import_id)
        is_unwanted = found.state in UNDECIDED
        if is_unwanted:
            _finish(session, found, ImportState.DISCARDED)
        return is_unwanted


def carry_on(
    import_id: int, *, enough: Callable[[], bool], file: File | None = None, tell: Callable[[int], None] | None = None
) -> None:
    """Goes on with a check or an import that nobody else is at, until it is through or it is `enough`, as asked after
    each batch. `file` is given where the bytes are not stored; `tell` hears how far in them it is."""
    is_readable = or_(OrderImport.stored, literal(file is not None))
    begun = claim(OrderImport, import_id, OrderImport.state.in_(UNDERWAY), is_readable)
    if begun is None:
        return
    with suppress(Discarded):
        for batch in _batches(begun, file or StoredFile(begun.id, begun.size)):
            place = patiently(partial(_step, begun, batch, enough), enough)
            if tell:
                tell(place.offset if place else begun.size)
            if place is None:
                return
            begun.offset, begun.line = place.offset, place.line


@dataclass(frozen=True)
class Findings:
    """As many as are kept, in the order of the file."""

    left_out: list[ImportFinding]
    doubtful: list[ImportFinding]
    """What they are about comes in all the same."""
    more: int


def findings_of(found: OrderImport) -> Findings:
    mine = select(ImportFinding).where(ImportFinding.import_id == found.id)
    kept = db.session.scalars(mine.order_by(ImportFinding.line, ImportFinding.id)).all()
    left_out = [finding for finding in kept if finding.stops]
    stopped = {finding.number for finding in left_out if finding.number}
    doubtful = [finding for finding in kept if not finding.stops and finding.number not in stopped]
    return Findings(left_out, doubtful, more=found.findings - len(kept))


def latest_imports() -> list[Row[tuple[OrderImport, str | None]]]:
    """With the name of whoever asked for it; none at the command line."""
    named = select(OrderImport, User.name).outerjoin(User, User.id == OrderImport.user_id)
    return list(db.session.execute(named.order_by(OrderImport.id.desc()).limit(LATEST)))


def waiting_imports() -> list[int]:
    """Stored files that somebody should go on with."""
    waiting = select(OrderImport.id).where(OrderImport.state.in_(UNDERWAY), OrderImport.stored, is_free(OrderImport))
    return list(db.session.scalars(waiting.order_by(OrderImport.id)))


def forget_old_files() -> None:
    now, state, came_at = clock.now(), OrderImport.state, OrderImport.created_at
    is_undecided = and_(state.in_(UNDECIDED), came_at < now - KEPT_FOR)
    stands_still = and_(state == ImportState.IMPORTING, came_at < now - GIVEN_UP_AFTER, is_free(OrderImport))
    forgotten = select(OrderImport).where(or_(is_undecided, stands_still))
    if db.session.scalars(forgotten.limit(1)).first() is None:
        return
    with writing() as session:
        for found in session.scalars(forgotten):
            _finish(session, found, ImportState.DISCARDED)


def shop_facts() -> ShopFacts:
    store = db.session.get_one(Store, 1)
    return ShopFacts(currency=store.currency, zone=ZoneInfo(store.timezone))


@dataclass
class _Batch:
    orders: list[OrderInFile]
    end: Place | None = None
    """Where the next one begins; None after the last."""


def _batches(begun: OrderImport, file: File) -> Iterator[_Batch]:
    table = Table(file)
    start = Place(begun.offset, begun.line) if begun.offset else None
    batch = _Batch([])
    for read in read_orders(table, recognise(table), shop_facts(), start):
        if isinstance(read, Place):
            batch.end = read
        else:
            batch.orders.append(read)
            if len(batch.orders) < BATCH and _is_small(batch.orders[0].start, read.end):
                continue
            batch.end = read.end
        yield batch
        batch = _Batch([])
    yield batch


def _is_small(start: Place, end: Place) -> bool:
    return end.line - start.line < LINES and end.offset - start.offset < LONGEST_ORDER


def _step(begun: OrderImport, batch: _Batch, enough: Callable[[], bool]) -> Place | None:
    """Does one batch, when it is still the next one; the place to go on from, or None when there is no need to."""
    with writing() as session:
        found = session.get_one(OrderImport, begun.id)
        if (found.state, found.offset) != (begun.state, begun.offset):
            return None
        return _do(session, found, batch, enough)


def _do(session: Session, found: OrderImport, batch: _Batch, enough: Callable[[], bool]) -> Place | None:
    is_check = found.state is ImportState.CHECKING
    if is_check:
        check_orders(session, found, batch.orders)
    else:
        _bring_in_new(session, found, batch.orders)
    is_all = not is_check and found.imported >= found.new
    if batch.end is None or is_all or is_hopeless(found):
        _finish(session, found, ImportState.CHECKED if is_check and found.new else ImportState.DONE)
        return None
    found.offset, found.line = batch.end.offset, batch.end.line
    return batch.end if keep_hold(found, enough) else None


def _bring_in_new(session: Session, found: OrderImport, batch: list[OrderInFile]) -> None:
    """What the check found to be new, and still is: somebody may have added the number since."""
    numbers = [told.number for told in batch]
    new = session.execute(
        select(ImportNumber.number, ImportNumber.line).where(
            ImportNumber.import_id == found.id,
            ImportNumber.number.in_(numbers),
            ImportNumber.verdict == Verdict.NEW,
        )
    )
    lines = {row.number: row.line for row in new}
    there = set(session.scalars(select(Order.number).where(Order.number.in_(lines))))
    wanted = [told for told in batch if lines.get(told.number) == told.line]
    orders = [told.order for told in wanted if told.order and told.number not in there]
    bring_in(session, orders, source=found.source, user_id=found.user_id, at=clock.now())
    found.imported += len(orders)
    found.already_there += len(there)
    found.new -= len(there)


def _finish(session: Session, found: OrderImport, state: ImportState) -> None:
    found.state = state
    found.claimed_until = None
    if state is ImportState.CHECKED:
        return
    found.finished_at = clock.now()
    session.execute(delete(ImportChunk).where(ImportChunk.import_id == found.id))
    session.execute(delete(ImportNumber).where(ImportNumber.import_id == found.id))
