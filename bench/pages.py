"""The pages that are measured: where they are in a store, and what the shop aims at for each."""

from dataclasses import dataclass, field

from bench.stores import Store

AT_MOST_TIMES_BARE = 3.0
AT_MOST_STATEMENTS = 4
AT_MOST_GROWTH = 1.15


@dataclass(frozen=True)
class Page:
    name: str
    address: str
    """With what differs from store to store in braces."""
    facts: dict[str, str] = field(default_factory=dict)
    """How each of those is found in the store."""
    is_everyday: bool = True
    """One of those that must cost little; all of them must not grow."""

    def at(self, store: Store) -> str:
        values = {name: store.first(question, store.orders) for name, question in self.facts.items()}
        return self.address.format(**values)


# Each is alike in every store: as many rows, of orders that are as far.
_DEEP = "SELECT min(position) FROM (SELECT position FROM orders ORDER BY position DESC LIMIT min(49 * 50, ?1 * 7 / 10))"
_NUMBER = "SELECT number FROM orders WHERE id = ?1 * 2 / 3"
_ONE_CUSTOMER = (
    "SELECT substr(customer_email, 1, instr(customer_email, '@') - 1) FROM orders "
    "WHERE id <= ?1 AND customer_email IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET 100"
)
_ORDER = (
    "SELECT max(o.id) FROM orders o WHERE o.id <= ?1 AND o.status = 'pending' AND o.customer_email IS NOT NULL "
    "AND (SELECT count(*) FROM order_items WHERE order_id = o.id) = 2"
)

PAGES = [
    Page("List", "/orders/"),
    Page("Page 50 of the list", "/orders/?after={deep}", {"deep": _DEEP}),
    Page("Search: exact number", "/orders/?q={number}", {"number": _NUMBER}),
    Page("Search: a common name", "/orders/?q=santos"),
    Page("Search: one customer", "/orders/?q={name}", {"name": _ONE_CUSTOMER}),
    Page("Search: nobody", "/orders/?q=nobody+is+called+this"),
    Page("Search: Sy", "/orders/?q=sy"),
    Page("Search: Go", "/orders/?q=go"),
    Page("Search: Uy", "/orders/?q=uy"),
    Page("Search: two letters, nobody", "/orders/?q=qx"),
    Page("Search: part of every email", "/orders/?q=example"),
    Page("Filter: one status", "/orders/?status=processing", is_everyday=False),
    Page("Filters: no match", "/orders/?status=pending&payment=refunded&booked=yes", is_everyday=False),
    Page("Search and filter", "/orders/?q=example&status=processing", is_everyday=False),
    Page(
        "Search and filters: no match",
        "/orders/?q=reyes&status=declined&payment=refunded&booked=yes",
        is_everyday=False,
    ),
    Page("Order", "/orders/{order}", {"order": _ORDER}),
    Page("Today", "/", is_everyday=False),
    Page("Tickets", "/support/tickets", is_everyday=False),
    Page("Refunds", "/refunds/", is_everyday=False),
    Page("Insights", "/insights/", is_everyday=False),
]
