"""What happens at the desk, each as a rule of the machine in order_desk.py: what is sold, paid, sent and brought in."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import text

from blueprints import clock, stock
from blueprints.mailing import deliver
from blueprints.orders.adding import NewItem, NewOrder, add_order
from blueprints.orders.changing import change_status
from blueprints.orders.correcting_payment import correct_payment
from blueprints.orders.correcting_refund import correct_refund
from blueprints.orders.importing import carry_on, start_import
from blueprints.orders.paying import record_payment, record_refund
from blueprints.orders.receiving import receive_file
from blueprints.orders.sending_again import send_again
from models import Actor, MovementKind, OrderStatus, PaymentMethod, Product, Role, writing
from tests.orders.files import OURS, a_file
from tests.orders.ledger import Line, Sale
from tests.orders.order_desk import OrderDesk

OLIVE = Actor(1, "Olive Owner", Role.OWNER)
PEOPLE = st.sampled_from([OLIVE, Actor(2, "Sam Staff", Role.STAFF)])
SKUS = ("ADOBO-4", "OTAP", "GIFT-WRAP", "")
"""Two products that are counted, one that is not, and what is no product."""
IN_THE_SHOP = ("pending", "accepted", "processing", "ready_for_pickup")
MOST_ORDERS = 5

PICK = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
"""Of several, the likeliest first."""
CUTS = st.sampled_from((None,) * 60 + tuple(range(40)))
"""At which statement, or commit, the power fails; mostly at none."""
ITEM = st.tuples(st.sampled_from(SKUS), st.integers(1, 4), st.sampled_from([0, 1, 333, 15000, 48000]))
SALES = st.fixed_dictionaries(
    {
        "items": st.lists(ITEM, min_size=1, max_size=3),
        "shipping": st.sampled_from([0, 0, 8000]),
        "discount": st.sampled_from([0, 0, 0, 100, 7777, "all", "more"]),
        "is_paid": st.sampled_from([True, True, False]),
        "has_email": st.sampled_from([True, True, True, False]),
        "courier": st.sampled_from([None, None, None, None, "integrated", "other"]),
    }
)
OLD_SALES = st.fixed_dictionaries(
    {
        "items": st.lists(ITEM, min_size=1, max_size=2),
        "status": st.sampled_from(["pending", "processing", "shipped", "completed", "cancelled"]),
        "payment": st.sampled_from(["unpaid", "paid", "partially_refunded", "refunded"]),
        "beyond": st.sampled_from([0, 8000, -100]),
    }
)
TAXED = (
    "UPDATE orders SET tax = :tax, total = total + :tax, paid = CASE paid WHEN 0 THEN 0 ELSE paid + :tax END "
    "WHERE id = (SELECT max(id) FROM orders)"
)
# An order mostly stays in the shop for a while, else there is soon nothing left to cancel.
STATUSES = st.sampled_from(
    ["accepted"] * 3 + ["processing"] * 3 + ["ready_for_pickup"] * 2
    + ["shipped", "shipped", "out_for_delivery", "completed", "returned", "declined"]
)  # fmt: skip
SHARES = st.sampled_from(["a centavo", "half", "all", "all", "more"])


def share_of(most: int, share: str) -> int:
    return {"a centavo": 1, "half": most // 2 or 1, "all": most or 1, "more": most + 1}[share]


class Everyday(OrderDesk):
    @initialize(first=SALES, second=SALES)
    def open_with_two_orders(self, first: Any, second: Any) -> None:
        self.open_shop()
        self.add(first, OLIVE, None)
        self.add(second | {"discount": 0}, OLIVE, None)

    @precondition(lambda self: len(self.ledger.sales) < MOST_ORDERS)
    @rule(sale=SALES, by=PEOPLE, cut=CUTS)
    def add(self, sale: Any, by: Actor, cut: int | None) -> None:
        lines = [NewItem(sku or "Adobo", quantity, price, sku.lower()) for sku, quantity, price in sale["items"]]
        most = sum(line.quantity * line.price for line in lines) + sale["shipping"]
        discount = {"all": most, "more": most + 1}.get(sale["discount"], sale["discount"])
        wish = NewOrder(
            number=f"N-{len(self.ledger.sales)}",
            customer_name="Maria Santos",
            customer_email="maria@example.com" if sale["has_email"] else None,
            items=tuple(lines),
            shipping=sale["shipping"],
            discount=discount,
            is_paid=sale["is_paid"],
            courier_id=self.couriers[sale["courier"]],
        )
        if self.attempt("add", lambda: add_order(wish, by=by), cut):
            assert most >= discount
            tax = self.tax((most - sale["shipping"]) * 12 // 100) if sale["has_email"] and most > discount else 0
            total = most - discount + tax
            paid = total if sale["is_paid"] else 0
            self.sold(sale["items"], total=total, shipping=sale["shipping"], discount=discount, tax=tax, paid=paid)

    def tax(self, tax: int) -> int:
        """On the latest order, as if a file had brought both in: our form knows of none, so no event does."""
        with self.app.app_context(), writing() as session:
            session.execute(text(TAXED), {"tax": tax})
        self.see()
        return tax

    def sold(self, items: Any, *, takes: bool = True, **columns: Any) -> None:
        order_id = self.audit.one("SELECT max(id) FROM orders")
        ids = self.audit.rows("SELECT id FROM order_items WHERE order_id = ? ORDER BY id", order_id)
        lines = {}
        for (key,), (sku, quantity, price) in zip(ids, items, strict=True):
            product = SKUS.index(sku) + 1
            is_taken = takes and product in self.counted
            lines[key] = Line(quantity, price, product if is_taken else None, quantity if is_taken else 0)
        self.ledger.sell(order_id, Sale(lines, **columns))

    @precondition(lambda self: not self.has_old_orders and len(self.ledger.sales) < MOST_ORDERS)
    @rule(sale=OLD_SALES, cut=st.sampled_from((None,) * 40 + tuple(range(40))))
    def bring_in(self, sale: Any, cut: int | None) -> None:
        """A file of one old order. Whoever dies in the middle of it is followed by another."""
        self.has_old_orders = True
        items, status, payment = sale["items"], sale["status"], sale["payment"]
        worth = sum(quantity * price for _, quantity, price in items)
        total = max(worth + sale["beyond"], 0)
        number = f"{'GONE' if status == 'cancelled' else 'OLD'}-{len(self.ledger.sales)}"
        head = {"number": number, "status": status, "payment_status": payment, "total": f"{total / 100:.2f}"}
        head["paid"] = "0.00" if payment == "unpaid" else ""
        file = a_file(
            {**OURS, **head},
            *({"item_sku": sku, "item_name": sku or "Adobo", "item_quantity": str(n),
               "item_price": f"{price / 100:.2f}"}
              for sku, n, price in items),
        )  # fmt: skip
        if self.run(lambda: self.import_file(file), cut) == "cut":
            self.happened["bring_in: cut"] += 1
            self.clock.shift(timedelta(seconds=21))
            assert self.run(lambda: self.import_file(file)) == "done"
        self.see()
        came = self.audit.one("SELECT count(*) FROM orders WHERE number = ?", number)
        paid = 0 if payment == "unpaid" else total
        refunded = {"refunded": paid, "partially_refunded": 1}.get(payment, 0)
        assert came == int(paid >= {"refunded": 1, "partially_refunded": 2}.get(payment, 0))
        if came:
            self.happened["bring_in: done"] += 1
            beyond = total - worth
            self.sold(items, takes=False, total=total, shipping=max(beyond, 0), discount=max(-beyond, 0), paid=paid,
                      refunded=refunded, status=status, payment=payment)  # fmt: skip

    def import_file(self, file: str) -> None:
        """From wherever it stands."""
        latest = self.audit.rows("SELECT id, state FROM order_imports ORDER BY id DESC LIMIT 1")
        if latest and latest[0][1] in ("checking", "checked", "importing"):
            import_id = latest[0][0]
        else:
            import_id = receive_file(BytesIO(file.encode()), filename="old.csv", by=OLIVE)
        carry_on(import_id, enough=lambda: False)
        start_import(import_id, by=OLIVE)
        carry_on(import_id, enough=lambda: False)

    @precondition(lambda self: any(self.ledger.to_pay(key) for key in self.ledger.sales))
    @rule(pick=PICK, share=SHARES, by=PEOPLE, cut=CUTS)
    def pay(self, pick: int, share: str, by: Actor, cut: int | None) -> None:
        unpaid = [key for key in sorted(self.ledger.sales) if self.ledger.to_pay(key)]
        order_id = unpaid[pick % len(unpaid)]
        sale, most = self.ledger.sales[order_id], self.ledger.to_pay(order_id)
        amount, version = share_of(most, share), self.version(order_id)

        def act() -> None:
            record_payment(order_id, version=version, amount=amount, method=PaymentMethod.COD, by=by)

        if self.attempt("pay", act, cut):
            assert amount <= most
            assert sale.status not in ("declined", "returned", "cancelled")
            self.ledger.pay(order_id, amount)
            self.again("pay", act)

    @rule(pick=PICK, share=SHARES, by=PEOPLE, cut=CUTS)
    def give_back(self, pick: int, share: str, by: Actor, cut: int | None) -> None:
        """What no cancel owes."""
        order_id = self.order(pick)
        most = self.ledger.refundable(order_id)
        amount, version = share_of(most, share), self.version(order_id)

        def act() -> None:
            record_refund(order_id, version=version, amount=amount, by=by)

        if self.attempt("give back", act, cut):
            assert amount <= most
            assert not [one for one in self.ledger.cancels.values() if one.order_id == order_id and one.is_owed]
            self.ledger.give_back(order_id, amount)
            self.again("give back", act)

    @rule(pick=PICK, share=SHARES, by=PEOPLE, cut=CUTS)
    def correct(self, pick: int, share: str, by: Actor, cut: int | None) -> None:
        """What was recorded as paid by mistake, or a part of it."""
        order_id = self.order(pick)
        sale, most = self.ledger.sales[order_id], self.ledger.refundable(order_id)
        too_much, version, cod = share_of(most, share), self.version(order_id), PaymentMethod.COD
        paid = sale.paid - too_much

        def act() -> None:
            correct_payment(order_id, version=version, paid=paid, method=cod, internal_note="A mistake.", by=by)

        if self.attempt("correct", act, cut):
            assert 0 < too_much <= most
            assert sale.status != "cancelled"
            self.ledger.pay(order_id, -too_much)
            self.again("correct", act)

    @precondition(lambda self: any(sale.refunded for sale in self.ledger.sales.values()))
    @rule(pick=PICK, share=SHARES, by=PEOPLE, cut=CUTS)
    def correct_refund(self, pick: int, share: str, by: Actor, cut: int | None) -> None:
        """What was recorded as given back by mistake, or a part of it."""
        given = [key for key, sale in sorted(self.ledger.sales.items()) if sale.refunded]
        order_id = given[pick % len(given)]
        sale, version = self.ledger.sales[order_id], self.version(order_id)
        too_much = share_of(sale.refunded, share)
        left = sale.refunded - too_much

        def act() -> None:
            correct_refund(order_id, version=version, refunded=left, internal_note="A mistake.", by=by)

        if self.attempt("correct refund", act, cut):
            assert not [one for one in self.ledger.cancels.values() if one.order_id == order_id and one.holds]
            self.ledger.give_back(order_id, -too_much)
            self.again("correct refund", act)

    @rule(pick=PICK, status=STATUSES, notify=st.booleans(), by=PEOPLE, cut=CUTS)
    def go_on(self, pick: int, status: str, notify: bool, by: Actor, cut: int | None) -> None:
        order_id = self.order(pick)
        version = self.version(order_id)

        def act() -> None:
            change_status(order_id, version=version, status=OrderStatus(status), note="", notify=notify, by=by)

        if self.attempt("go on", act, cut):
            assert self.ledger.sales[order_id].status != "cancelled"
            self.ledger.go_on(order_id, status)
            self.again("go on", act)

    @rule(product=st.sampled_from([1, 2, 3]), pieces=st.sampled_from([-3, 1, 20, 0]), cut=CUTS)
    def count(self, product: int, pieces: int, cut: int | None) -> None:
        """Or, with none, begin to count a product, or stop: what was taken of it goes back all the same."""

        def act() -> None:
            with writing() as session:
                found = session.get_one(Product, product, populate_existing=True)
                if pieces:
                    stock.move(session, found, pieces, MovementKind.COUNTED, by=OLIVE, at=clock.now())
                else:
                    found.tracked = product not in self.counted

        if self.attempt("count", act, cut):
            self.ledger.stock[product] += pieces
            self.counted ^= set() if pieces else {product}

    @rule(seconds=st.sampled_from([1, 10, 29, 30, 61, 900, 90_000, -40]))
    def time_passes(self, seconds: int) -> None:
        """Or the clock is set back."""
        self.clock.shift(timedelta(seconds=seconds))

    @rule(mode=st.sampled_from(["ok", "ok", "ok", "421", "later", "refuse", "drop"]), cut=CUTS)
    def mail_leaves(self, mode: str, cut: int | None) -> None:
        self.office.mode = mode
        outcome = self.run(deliver, cut)
        self.happened[f"mail {mode}: {outcome}"] += 1
        self.see()
        self.read_letters(again=mode == "drop" or outcome == "cut")

    @rule(pick=PICK, by=PEOPLE, cut=CUTS)
    def send_again(self, pick: int, by: Actor, cut: int | None) -> None:
        emails = self.audit.rows("SELECT id FROM emails ORDER BY id DESC")
        if emails:
            email_id = emails[pick % len(emails)][0]
            if self.attempt("send again", lambda: send_again(email_id, by=by), cut):
                self.again("send again", lambda: send_again(email_id, by=by))
