"""A second pair of books: what orders come to, what is owed and what is on hand, reckoned apart from the product."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Numbers = tuple[object, ...]


@dataclass
class Line:
    """An item of an order. `out`: how many pieces of `product` were taken for it and are not back."""

    quantity: int
    price: int
    product: int | None = None
    out: int = 0
    cancelled: int = 0

    @property
    def left(self) -> int:
        return self.quantity - self.cancelled


@dataclass
class Debt:
    owed: int
    settled: int = 0
    is_open: bool = True

    @property
    def left(self) -> int:
        return self.owed - self.settled


@dataclass
class Cancel:
    order_id: int
    is_part: bool
    pieces: dict[int, int]
    fee: int
    before: str
    debt: Debt | None = None
    worth: tuple[int, int, int] = (0, 0, 0)
    """By how much total, discount and tax are less."""
    back: dict[int, int] = field(default_factory=dict)
    holds: bool = True

    @property
    def is_owed(self) -> bool:
        return self.debt is not None and self.debt.is_open

    @property
    def dealt_with(self) -> int:
        return self.fee + (self.debt.left if self.debt else 0)

    @property
    def took(self) -> int:
        """Of what was paid: it pays for nothing else."""
        return self.fee + (self.debt.owed if self.debt else 0)


@dataclass
class Sale:
    """An order."""

    lines: dict[int, Line]
    total: int
    discount: int = 0
    tax: int = 0
    shipping: int = 0
    paid: int = 0
    refunded: int = 0
    status: str = "pending"
    payment: str = ""

    def __post_init__(self) -> None:
        self.payment = self.payment or self.payment_now(taken=0)

    def payment_now(self, taken: int) -> str:
        if self.refunded:
            return "refunded" if self.refunded == self.paid else "partially_refunded"
        return "paid" if self.paid - taken >= self.total else "unpaid"


class Ledger:
    def __init__(self) -> None:
        self.sales: dict[int, Sale] = {}
        self.cancels: dict[int, Cancel] = {}
        self.stock: dict[int, int] = {}

    # What must be found in the database

    def money(self) -> list[Numbers]:
        return [
            (key, one.status, one.payment, one.total, one.discount, one.tax, one.shipping, one.paid, one.refunded,
             sum(line.left for line in one.lines.values()))
            for key, one in sorted(self.sales.items())
        ]  # fmt: skip

    def owed(self) -> list[Numbers]:
        found = [(key, one.debt) for key, one in sorted(self.cancels.items()) if one.debt]
        return [(key, debt.owed, debt.settled, int(debt.is_open)) for key, debt in found]

    def on_hand(self) -> list[Numbers]:
        return sorted(self.stock.items())

    def debts(self, *, still: bool = False) -> list[int]:
        """The cancels that owed something; `still`: that do so now. The open ones first, and of them the latest."""
        found = [key for key, one in self.cancels.items() if one.debt and (one.is_owed or not still)]
        return sorted(found, key=lambda key: (self.cancels[key].is_owed, key), reverse=True)

    # What can be given back, and what a part is worth

    def refundable(self, order_id: int) -> int:
        sale = self.sales[order_id]
        return max(0, sale.paid - sale.refunded - sum(part.dealt_with for part in self._parts(order_id)))

    def to_pay(self, order_id: int) -> int:
        sale = self.sales[order_id]
        return max(0, sale.total - (sale.paid - self._taken(order_id)))

    def _taken(self, order_id: int) -> int:
        return sum(part.took for part in self._parts(order_id))

    def _parts(self, order_id: int) -> list[Cancel]:
        return [one for one in self.cancels.values() if one.order_id == order_id and one.is_part and one.holds]

    def worth(self, order_id: int, pieces: Mapping[int, int]) -> tuple[int, int, int]:
        """Discount and tax go along in proportion to the price, of which no more is taken off than the part costs."""
        sale = self.sales[order_id]
        price = sum(many * sale.lines[key].price for key, many in pieces.items())
        of = sum(line.left * line.price for line in sale.lines.values())
        tax = sale.tax * price // of if of else 0
        discount = min(sale.discount * price // of if of else 0, price + tax)
        return price - discount + tax, discount, tax

    def would_owe(self, order_id: int, pieces: Mapping[int, int] | None) -> int:
        """Before a fee; `pieces`: of a part."""
        if pieces is None:
            return self.refundable(order_id)
        taken_off = self.worth(order_id, pieces)[0]
        beyond = self.refundable(order_id) - (self.sales[order_id].total - taken_off)
        return min(taken_off, max(0, beyond))

    # What happens

    def sell(self, order_id: int, sale: Sale) -> None:
        self.sales[order_id] = sale
        for line in sale.lines.values():
            if line.product is not None:
                self.stock[line.product] -= line.out

    def cancel(
        self, cancel_id: int, order_id: int, pieces: Mapping[int, int] | None, *, fee: int, back: Mapping[int, int]
    ) -> None:
        """`back`: how many of each item were to go back into stock."""
        sale = self.sales[order_id]
        owed = self.would_owe(order_id, pieces) - fee
        remaining = {key: line.left for key, line in sale.lines.items() if line.left}
        done = Cancel(order_id, pieces is not None, dict(remaining if pieces is None else pieces), fee, sale.status)
        done.debt = Debt(owed) if owed > 0 else None
        if pieces is None:
            sale.status = "cancelled"
        else:
            done.worth = self.worth(order_id, pieces)
            self._change(sale, done, -1)
        for key in done.pieces:
            done.back[key] = min(sale.lines[key].out, back[key])
        self._move(sale, done, 1)
        self.cancels[cancel_id] = done

    def withdraw(self, cancel_id: int) -> None:
        done = self.cancels[cancel_id]
        sale = self.sales[done.order_id]
        done.holds = False
        if done.debt:
            done.debt.is_open = False
        if done.is_part:
            self._change(sale, done, 1)
        else:
            sale.status = done.before
        self._move(sale, done, -1)

    def go_on(self, order_id: int, status: str) -> None:
        """Declined, it gives back what it took and still has."""
        sale = self.sales[order_id]
        sale.status = status
        for line in sale.lines.values() if status == "declined" else ():
            back = min(line.left, line.out)
            line.out -= back
            if line.product is not None:
                self.stock[line.product] += back

    def settle(self, cancel_id: int, amount: int) -> None:
        done = self.cancels[cancel_id]
        assert done.debt
        done.debt.settled += amount
        done.debt.is_open = done.debt.left > 0
        self.give_back(done.order_id, amount)

    def reverse(self, cancel_id: int, amount: int) -> None:
        done = self.cancels[cancel_id]
        assert done.debt
        done.debt.settled -= amount
        done.debt.is_open = True
        self.give_back(done.order_id, -amount)

    def waive(self, cancel_id: int) -> None:
        debt = self.cancels[cancel_id].debt
        assert debt
        debt.is_open = False

    def pay(self, order_id: int, amount: int) -> None:
        sale = self.sales[order_id]
        sale.paid += amount
        sale.payment = sale.payment_now(self._taken(order_id))

    def give_back(self, order_id: int, amount: int) -> None:
        sale = self.sales[order_id]
        sale.refunded += amount
        sale.payment = sale.payment_now(self._taken(order_id))

    def _change(self, sale: Sale, done: Cancel, sign: int) -> None:
        total, discount, tax = done.worth
        sale.total += sign * total
        sale.discount += sign * discount
        sale.tax += sign * tax
        for key, many in done.pieces.items():
            sale.lines[key].cancelled -= sign * many
        if sale.paid:  # where nothing was, a smaller total makes nothing paid
            sale.payment = sale.payment_now(self._taken(done.order_id))

    def _move(self, sale: Sale, done: Cancel, sign: int) -> None:
        for key, many in done.back.items():
            line = sale.lines[key]
            line.out -= sign * many
            if line.product is not None:
                self.stock[line.product] += sign * many
