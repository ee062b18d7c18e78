"""Sums of money: of how many, and how much in each currency, as money of two currencies is never added up."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sum:
    amount: int
    currency: str


@dataclass
class MoneyTally:
    currency: str
    """The store's, which stands first; nothing at all is nothing of this."""
    count: int = 0
    by_currency: Counter[str] = field(default_factory=Counter)

    def add(self, count: int, amount: int, currency: str) -> None:
        self.count += count
        self.by_currency[currency] += amount

    @property
    def sums(self) -> list[Sum]:
        """One for each currency that there is."""
        others = sorted(each for each in self.by_currency if each != self.currency)
        known = [self.currency] if self.currency in self.by_currency or not others else []
        return [Sum(self.by_currency[each], each) for each in (*known, *others)]
