"""The desk at which anything happens to orders, in any order, with power cuts in the middle of it: how it is tried and
what must be true after it. What happens stands in desk_rules.py, what the books come to in ledger.py."""

import re
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any, ClassVar

import time_machine
from hypothesis.stateful import RuleBasedStateMachine, invariant

from blueprints.orders.adding import TotalOutOfBounds
from blueprints.orders.refusals import OrderRefusal
from blueprints.orders.sending_again import NotSentAgain
from blueprints.windows import WindowClosed
from models import db
from tests.orders.auditing import MONEY, ON_HAND, OWED, Auditor, assert_only_more
from tests.orders.ledger import Ledger
from tests.shop import A_MORNING
from tests.storing import copy_shop, shop_of

REFUSALS = (OrderRefusal, TotalOutOfBounds, NotSentAgain, WindowClosed)
FINISHED = ("completed", "returned", "declined", "cancelled")
UNDONE_LETTERS = (
    "SELECT message_id FROM emails m JOIN cancellations c ON c.email_id IN (m.id, m.again_of_id) "
    "WHERE c.withdrawal = 'undone'"
)


class PowerCut(BaseException):
    """No code of a process that has lost its power goes on, whatever it catches."""


class Fuse:
    """Listens on the database: the power fails at one statement or commit, and stays away until it is mended."""

    left: int | None = None

    def count(self, *_: Any) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise PowerCut


class OrderDesk(RuleBasedStateMachine):
    # Set by the test, for all examples.
    app: ClassVar[Any] = None
    office: ClassVar[Any] = None
    first_ledger: ClassVar[Ledger]
    couriers: ClassVar[dict[str | None, int | None]]
    fuse: ClassVar[Fuse] = Fuse()
    happened: ClassVar[Counter[str]] = Counter()

    def open_shop(self) -> None:
        """On a fresh copy of the first day."""
        file = shop_of(self.app)
        copy_shop(file.with_name("start.db"), file)
        self.travel = time_machine.travel(A_MORNING, tick=False)
        self.clock = self.travel.start()
        self.audit = Auditor(file)
        self.ledger = deepcopy(self.first_ledger)
        self.counted = {1, 2}
        self.office.letters.clear()
        self.letters_read = 0
        self.posted: set[str] = set()
        self.may_come_again: set[str] = set()
        self.has_old_orders = False
        self.forms = 0
        self.versions: dict[int, int] = {}
        self.seen = self.audit.everything()

    def teardown(self) -> None:
        if hasattr(self, "travel"):
            self.travel.stop()
            self.audit.close()
            with self.app.app_context():
                db.engine.dispose()

    # How anything is tried

    def attempt(self, name: str, act: Callable[[], object], cut: int | None = None) -> bool:
        """Whether it was done. What was refused or cut off has changed nothing at all."""
        outcome = self.run(act, cut)
        self.happened[f"{name}: {outcome}"] += 1
        if outcome == "done":
            self.see()
            return True
        assert self.audit.everything() == self.seen, f"{name} changed something, and yet: {outcome}"
        return False

    def run(self, act: Callable[[], object], cut: int | None = None) -> str:
        """In a process of its own, as far as the session is concerned."""
        self.fuse.left = cut
        try:
            with self.app.app_context():
                act()
        except REFUSALS as refusal:
            return type(refusal).__name__
        except PowerCut:
            return "cut"
        finally:
            self.fuse.left = None
        return "done"

    def again(self, name: str, act: Callable[[], object]) -> None:
        """The same form once more, from a browser that never got its answer: nothing happens twice."""
        outcome = self.run(act)
        assert self.audit.everything() == self.seen, f"{name} once more: {outcome}"

    def see(self) -> None:
        before, self.seen = self.seen, self.audit.everything()
        assert_only_more(before, self.seen)

    # What stands where

    def order(self, pick: int) -> int:
        """The first is one that still goes on, if any does."""
        keys = sorted(self.ledger.sales, key=lambda key: (self.ledger.sales[key].status in FINISHED, key))
        return keys[pick % len(keys)]

    def cancel_of(self, pick: int) -> int:
        """Mostly one that holds, the latest first."""
        keys = sorted(self.ledger.cancels, key=lambda key: (self.ledger.cancels[key].holds, key), reverse=True)
        return keys[pick % len(keys)]

    def version(self, order_id: int) -> int:
        return int(self.audit.one("SELECT version FROM orders WHERE id = ?", order_id))

    def refund_of(self, cancel_id: int) -> int:
        return int(self.audit.one("SELECT id FROM refunds WHERE cancellation_id = ?", cancel_id))

    def form(self) -> str:
        self.forms += 1
        return f"form {self.forms}"

    def read_letters(self, *, again: bool) -> None:
        """What has come to the post office. `again`: the server, or we, may have died before it was noted."""
        new = self.office.letters[self.letters_read :]
        self.letters_read += len(new)
        for letter in new:
            found = re.search(rb"^Message-ID:\s*(\S+)", letter.data, re.MULTILINE | re.IGNORECASE)
            assert found
            name = found[1].decode()
            assert name not in self.posted or name in self.may_come_again, "one letter came twice"
            self.posted.add(name)
            if again:
                self.may_come_again.add(name)

    # What is true after everything

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "audit"):
            return
        found = self.audit.faults()
        assert not found, found
        reckoned = {MONEY: self.ledger.money(), OWED: self.ledger.owed(), ON_HAND: self.ledger.on_hand()}
        for sql, ours in reckoned.items():
            theirs = self.audit.rows(sql)
            assert theirs == ours, f"{sql}: {theirs}; it should be {ours}"
        undone = {name for (name,) in self.audit.rows(UNDONE_LETTERS)}
        assert not undone & self.posted, "a customer read of a cancel that was undone"
        versions = dict(self.audit.rows("SELECT id, version FROM orders"))
        assert all(versions[key] >= version for key, version in self.versions.items()), "a version went back"
        self.versions = versions
