"""What happens at the desk, as more rules of the machine: cancels of orders and of parts, what takes them back, and the
money that goes back for them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from blueprints import clock
from blueprints.orders.cancelling import cancel_order
from blueprints.orders.cancelling_part import cancel_part
from blueprints.orders.recording_cancel import CancelWish
from blueprints.orders.reversing_settlement import reverse_settlement
from blueprints.orders.sending_again import send_again
from blueprints.orders.settling import Repayment, settle_refund, waive_refund
from blueprints.orders.withdrawing import reinstate_order, undo_cancel
from models import Actor, Role, SettlementMethod
from tests.orders.books import books
from tests.orders.desk_rules import CUTS, IN_THE_SHOP, OLIVE, PEOPLE, PICK, SHARES, Everyday, share_of

UNDO_FOR = timedelta(seconds=30)
MANILA = timedelta(hours=8)
WISHES = st.fixed_dictionaries(
    {
        "fee": st.sampled_from([0] * 10 + [1, 500, 14_999, 999_999]),
        "restock": st.sampled_from([True, True, True, False]),
        "most_back": st.sampled_from([None, None, None, 0, 1]),
        "notify": st.sampled_from([True, True, True, False]),
        "note": st.sampled_from(["", "Sold out."]),
    }
)
THEN = st.sampled_from(["nothing"] * 3 + ["undo", "undo", "reinstate", "tell", "mail", "settle"])
"""What comes at once after a cancel."""


class Desk(Everyday):
    @rule(pick=PICK, wish=WISHES, by=PEOPLE, cut=CUTS, then=THEN, cut_then=CUTS)
    def cancel(self, pick: int, wish: Any, by: Actor, cut: int | None, then: str, cut_then: int | None) -> None:
        self.cancel_some(self.order(pick), None, wish, by, cut, then, cut_then)

    @rule(pick=PICK, many=st.lists(st.sampled_from([0, 1, 1, 2]), min_size=3, max_size=3), wish=WISHES, by=PEOPLE,
          cut=CUTS, then=THEN, cut_then=CUTS)  # fmt: skip
    def cancel_part(
        self, pick: int, many: list[int], wish: Any, by: Actor, cut: int | None, then: str, cut_then: int | None
    ) -> None:
        order_id = self.order(pick)
        pieces = {key: n for key, n in zip(self.ledger.sales[order_id].lines, many, strict=False) if n}
        self.cancel_some(order_id, pieces, wish, by, cut, then, cut_then)

    def cancel_some(
        self,
        order_id: int,
        pieces: dict[int, int] | None,
        wish: Any,
        by: Actor,
        cut: int | None,
        then: str,
        cut_then: int | None,
    ) -> None:
        sale = self.ledger.sales[order_id]
        version, form = self.version(order_id), self.form()
        of = {key: line.left for key, line in sale.lines.items() if line.left} if pieces is None else pieces
        most_back = wish["most_back"]
        back = {key: n if most_back is None else min(n, most_back) for key, n in of.items()}
        wished = CancelWish(
            note=wish["note"],
            restock=wish["restock"],
            put_back=None if most_back is None else back,
            notify=wish["notify"],
            fee=wish["fee"],
        )

        def act() -> None:
            if pieces is None:
                cancel_order(order_id, version=version, wish=wished, by=by, once=form)
            else:
                cancel_part(order_id, version=version, pieces=pieces, wish=wished, by=by, once=form)

        before = books(self.app) if then in ("undo", "reinstate") else None
        name = "cancel" if pieces is None else "cancel part"
        if not self.attempt(name, act, cut):
            return
        assert sale.status not in ("cancelled", "completed", "declined", "returned")
        if pieces is not None:
            assert sum(pieces.values()) < sum(line.left for line in sale.lines.values())
            assert all(0 < n <= sale.lines[key].left for key, n in pieces.items())
        assert wished.fee <= self.ledger.would_owe(order_id, pieces)
        self.again(name, act)
        cancel_id = self.audit.one("SELECT max(id) FROM cancellations")
        goes_back = back if wished.restock else dict.fromkeys(of, 0)
        self.ledger.cancel(cancel_id, order_id, pieces, fee=wished.fee, back=goes_back)
        self.happened[f"{name} then {then}"] += 1
        self.and_then(then, cancel_id, by, cut_then, before)

    def and_then(self, then: str, cancel_id: int, by: Actor, cut: int | None, before: Any) -> None:
        is_part = self.ledger.cancels[cancel_id].is_part
        can_be_taken_back = (
            not is_part or self.ledger.sales[self.ledger.cancels[cancel_id].order_id].status in IN_THE_SHOP
        )
        if then == "mail":
            self.time_passes(30)
            self.mail_leaves("ok", cut)
        elif then == "settle" and self.ledger.cancels[cancel_id].is_owed:
            self.settle_it(cancel_id, "half", True, by, cut)
        elif then == "tell":
            self.tell_by_hand(cancel_id, by)
        elif then in ("undo", "reinstate") and can_be_taken_back:
            take_back = self.undo_it if then == "undo" else self.reinstate_it
            if cut is not None:
                take_back(cancel_id, by, cut)
            assert not self.ledger.cancels[cancel_id].holds or take_back(cancel_id, by, None), f"{then} was refused"
            after = books(self.app)
            if then == "reinstate":
                before["emails"] = after["emails"]  # they may have been told, and are told again
            assert after == before, f"a cancel, and {then}: something is not as it was"

    def tell_by_hand(self, cancel_id: int, by: Actor) -> None:
        """A copy of the letter that nobody was to get; from then on there is no undo."""
        email_id, state = self.audit.rows(
            "SELECT m.id, m.state FROM cancellations c JOIN emails m ON m.id = c.email_id WHERE c.id = ?", cancel_id
        )[0]
        if state == "not_sent" and self.attempt("tell by hand", lambda: send_again(email_id, by=by)):
            self.mail_leaves("ok", None)
            assert not self.undo_it(cancel_id, by, None)

    @rule(pick=PICK, wish=WISHES, window_id=st.sampled_from([None, 99]))
    def support_tries(self, pick: int, wish: Any, window_id: int | None) -> None:
        """Nobody let them in."""
        order_id = self.order(pick)
        wished = CancelWish(note=wish["note"], courier_reference="J-1")
        by = Actor(3, "Uma Support", Role.SUPPORT, window_id=window_id)
        version = self.version(order_id)
        assert not self.attempt("support", lambda: cancel_order(order_id, version=version, wish=wished, by=by))

    @precondition(lambda self: self.ledger.cancels)
    @rule(pick=PICK, by=PEOPLE, cut=CUTS)
    def undo(self, pick: int, by: Actor, cut: int | None) -> None:
        self.undo_it(self.cancel_of(pick), by, cut)

    def undo_it(self, cancel_id: int, by: Actor, cut: int | None) -> bool:
        done_at = self.audit.one("SELECT at FROM cancellations WHERE id = ?", cancel_id)
        order_id = self.ledger.cancels[cancel_id].order_id

        def act() -> None:
            undo_cancel(order_id, cancel_id, by=by)

        if not self.take_back("undo", act, cancel_id, cut):
            return False
        assert clock.now() < datetime.fromisoformat(f"{done_at}+00:00") + UNDO_FOR
        return True

    @precondition(lambda self: self.ledger.cancels)
    @rule(pick=PICK, by=PEOPLE, notify=st.booleans(), says=st.sampled_from([0, 99]), cut=CUTS)
    def reinstate(self, pick: int, by: Actor, notify: bool, says: int, cut: int | None) -> None:
        self.reinstate_it(self.cancel_of(pick), by, cut, notify=notify, says=says)

    def reinstate_it(self, cancel_id: int, by: Actor, cut: int | None, *, notify: bool = True, says: int = 99) -> bool:
        """`says`: how many pieces the page said are short."""
        done = self.ledger.cancels[cancel_id]
        version = self.version(done.order_id)

        def act() -> None:
            reinstate_order(done.order_id, cancel_id, version=version, note="", notify=notify, short=says, by=by)

        return self.take_back("reinstate", act, cancel_id, cut)

    def take_back(self, name: str, act: Callable[[], None], cancel_id: int, cut: int | None) -> bool:
        done, before = self.ledger.cancels[cancel_id], self.seen
        if not self.attempt(name, act, cut):
            return False
        if not done.holds:
            assert self.seen == before, f"{name}: it was taken back twice"
            return False
        assert done.debt is None or (done.debt.is_open and not done.debt.settled), "money went back already"
        # Items can be put back on an order while it is in the shop, or as long as it is where it was.
        assert not done.is_part or self.ledger.sales[done.order_id].status in (*IN_THE_SHOP, done.before)
        self.ledger.withdraw(cancel_id)
        self.again(name, act)
        return True

    @precondition(lambda self: self.ledger.debts())
    @rule(pick=PICK, share=SHARES, notify=st.booleans(), by=PEOPLE, cut=CUTS)
    def settle(self, pick: int, share: str, notify: bool, by: Actor, cut: int | None) -> None:
        debts = self.ledger.debts()
        self.settle_it(debts[pick % len(debts)], share, notify, by, cut)

    def settle_it(self, cancel_id: int, share: str, notify: bool, by: Actor, cut: int | None) -> None:
        done = self.ledger.cancels[cancel_id]
        assert done.debt
        today = (clock.now() + MANILA).date()
        repayment = Repayment(share_of(done.debt.left, share), SettlementMethod.CASH, today)
        refund_id, version, form = self.refund_of(cancel_id), self.version(done.order_id), self.form()

        def act() -> None:
            settle_refund(refund_id, version=version, repayment=repayment, notify=notify, by=by, once=form)

        if self.attempt("settle", act, cut):
            assert done.debt.is_open
            assert repayment.amount <= done.debt.left
            self.ledger.settle(cancel_id, repayment.amount)
            self.again("settle", act)

    @rule(pick=PICK, by=PEOPLE, cut=CUTS)
    def reverse(self, pick: int, by: Actor, cut: int | None) -> None:
        """What was noted as returned did not go back."""
        noted = self.audit.rows(
            "SELECT s.id, s.amount, r.cancellation_id FROM settlements s JOIN refunds r ON r.id = s.refund_id "
            "WHERE s.id NOT IN (SELECT settlement_id FROM settlement_reversals) ORDER BY s.id DESC"
        )
        if not noted:
            return
        settlement_id, amount, cancel_id = noted[pick % len(noted)]
        done = self.ledger.cancels[cancel_id]
        version, may = self.version(done.order_id), done.debt and (done.is_owed or not done.debt.left)

        def act() -> None:
            reverse_settlement(settlement_id, version=version, internal_note="It bounced.", by=by)

        if self.attempt("reverse", act, cut):
            assert may, "what was waived is closed for good"
            self.ledger.reverse(cancel_id, amount)
            self.again("reverse", act)

    @precondition(lambda self: self.ledger.debts(still=True))
    @rule(pick=PICK, cut=CUTS)
    def waive(self, pick: int, cut: int | None) -> None:
        debts = self.ledger.debts(still=True)
        cancel_id = debts[pick % len(debts)]
        refund_id, version = self.refund_of(cancel_id), self.version(self.ledger.cancels[cancel_id].order_id)

        def act() -> None:
            waive_refund(refund_id, version=version, because="They want a voucher.", by=OLIVE)

        if self.attempt("waive", act, cut):
            self.ledger.waive(cancel_id)
            self.again("waive", act)

    # What it is all about: a rule of two names is chosen twice as often.
    cancel_more, cancel_more_parts, settle_more = cancel, cancel_part, settle
