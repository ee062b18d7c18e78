"""Checking orders of a file before they come in: which are new, which are there already, and what is wrong."""

from collections import Counter
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from blueprints.orders import incoming
from blueprints.orders.bringing_in import Couriers
from blueprints.orders.incoming import OrderFinding
from blueprints.orders.reading_formats import OrderInFile
from models import Base, ImportFinding, ImportNumber, Order, OrderImport, OrderSource, Verdict

NEW_COURIER = "courier_new"
SAID_ONCE = ("currency_other", "nameless")
"""Of what is found. A whole file may be so, and what is wrong in it would not be seen among that."""
KEPT_FINDINGS = 1_000
HOPELESS = 10_000


def is_hopeless(found: OrderImport) -> bool:
    """So many mistakes and not one order that can be read: the rest of the file is not worth the time."""
    return found.findings >= HOPELESS and not found.new and not found.already_there


def check_orders(session: Session, found: OrderImport, batch: list[OrderInFile]) -> None:
    """Notes a verdict on each order of the file, and counts it."""
    check = _Check(session, found, [told.number for told in batch])
    for told in batch:
        check.judge(told)
    check.save()


class _Check:
    def __init__(self, session: Session, found: OrderImport, numbers: list[str]) -> None:
        self._session = session
        self._import = found
        mine = ImportNumber.import_id == found.id
        self._there = set(session.scalars(select(Order.number).where(Order.number.in_(numbers))))
        earlier = session.execute(select(ImportNumber.__table__).where(mine, ImportNumber.number.in_(numbers)))
        self._earlier = {row["number"]: dict(row) for row in earlier.mappings()}
        self._couriers = Couriers(session)
        told = select(ImportFinding.code, ImportFinding.found).where(
            ImportFinding.import_id == found.id, ImportFinding.code.in_((NEW_COURIER, *SAID_ONCE))
        )
        self._said = {(row.code, row.found) for row in session.execute(told)}
        for code, name in self._said:
            if code == NEW_COURIER:
                self._couriers.note(name)
        self._fresh: list[dict[str, Any]] = []
        self._findings: list[OrderFinding] = []
        self._counts: Counter[str] = Counter()

    def judge(self, told: OrderInFile) -> None:
        if not 0 < len(told.number) <= incoming.NUMBER:
            self._counts[Verdict.BAD] += 1
            self._findings += told.findings
            return
        earlier = self._earlier.get(told.number)
        if earlier:
            self._judge_again(told, earlier)
            return
        verdict = Verdict.THERE if told.number in self._there else Verdict.NEW if told.order else Verdict.BAD
        if verdict is not Verdict.THERE:
            self._note_findings(told, comes_in=verdict is Verdict.NEW)
            self._note_new_courier(told)
        comes_in = told.order if verdict is Verdict.NEW else None
        noted: dict[str, Any] = {
            "import_id": self._import.id,
            "number": told.number,
            "line": told.line,
            "offset": told.start.offset,
            "verdict": verdict,
            "is_whole": told.is_whole,
            "has_email": bool(told.order and told.order.customer_email),
            "courier": (comes_in and comes_in.courier) or None,
            "is_shipping_inferred": bool(comes_in and comes_in.is_shipping_inferred),
        }
        self._count(noted)
        self._earlier[told.number] = noted
        self._fresh.append(noted)

    def _judge_again(self, told: OrderInFile, earlier: dict[str, Any]) -> None:
        """A second whole order is left out. Rows of one order that stand apart make it half an order wherever it
        begins, and nothing half comes in."""
        if earlier["verdict"] == Verdict.THERE:
            return
        is_repeat = told.is_whole and earlier["is_whole"]
        code = "number_twice" if is_repeat else "rows_apart"
        self._findings.append(OrderFinding(told.line, "", code, str(earlier["line"]), number=told.number))
        self._note_findings(told, comes_in=False)
        if is_repeat:
            self._counts[Verdict.BAD] += 1
        elif earlier["verdict"] != Verdict.BAD:
            self._count(earlier, by=-1)
            self._counts[Verdict.BAD] += 1
            earlier |= {"verdict": Verdict.BAD, "courier": None}
            self._session.execute(
                update(ImportNumber)
                .where(ImportNumber.import_id == self._import.id, ImportNumber.number == told.number)
                .values(verdict=Verdict.BAD, courier=None)
            )

    def _note_findings(self, told: OrderInFile, *, comes_in: bool) -> None:
        """What is said once, an order that comes in must say: doubts about others are not shown."""
        for finding in told.findings:
            said = finding.code, finding.found
            if finding.code not in SAID_ONCE:
                self._findings.append(finding)
            elif comes_in and said not in self._said:
                self._said.add(said)
                self._findings.append(finding)

    def _note_new_courier(self, told: OrderInFile) -> None:
        """Said once: the first order booked with it tells."""
        if self._import.source is not OrderSource.SUKI or not told.order or not told.order.courier:
            return
        name = told.order.courier
        if self._couriers.find(name) is None:
            self._couriers.note(name)
            self._findings.append(
                OrderFinding(told.line, "courier", NEW_COURIER, name, stops=False, number=told.number)
            )

    def _count(self, noted: dict[str, Any], *, by: int = 1) -> None:
        self._counts[noted["verdict"]] += by
        if noted["verdict"] == Verdict.NEW:
            self._counts["without_email"] += 0 if noted["has_email"] else by
            self._counts["shipping_inferred"] += by if noted["is_shipping_inferred"] else 0

    def save(self) -> None:
        found = self._import
        if self._fresh:
            self._session.execute(insert(Base.metadata.tables[ImportNumber.__tablename__]), self._fresh)
        kept = self._findings[: max(0, KEPT_FINDINGS - found.findings)]
        if kept:
            self._session.execute(
                insert(Base.metadata.tables[ImportFinding.__tablename__]),
                [
                    {
                        "import_id": found.id,
                        "line": finding.line,
                        "column": finding.column[:80],
                        "number": finding.number[:40],
                        "code": finding.code,
                        "found": finding.found,
                        "stops": finding.stops,
                    }
                    for finding in kept
                ],
            )
        found.findings += len(self._findings)
        found.new += self._counts[Verdict.NEW]
        found.already_there += self._counts[Verdict.THERE]
        found.bad += self._counts[Verdict.BAD]
        found.without_email += self._counts["without_email"]
        found.shipping_inferred += self._counts["shipping_inferred"]
