"""The guides: each is a template `help/<slug>.html`, listed here in the order of the contents page."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Article:
    slug: str
    title: LazyString
    summary: LazyString
    icon: str
    minutes: int
    """How long doing it takes, or reading about it where there is nothing to do."""

    @property
    def template(self) -> str:
        return f"help/{self.slug}.html"


ARTICLES = {
    article.slug: article
    for article in (
        Article(
            "cancel-an-order",
            _l("Cancel an order"),
            _l("Stop an order for good, and tell the customer why."),
            "cross",
            2,
        ),
        Article(
            "take-a-cancel-back",
            _l("Take a cancel back"),
            _l("Undo it while nobody knows, or reinstate the order later."),
            "clock",
            2,
        ),
        Article(
            "cancel-a-part-or-many",
            _l("Cancel a part, or many at once"),
            _l("Some items of one order, or a whole list of orders."),
            "list",
            3,
        ),
        Article(
            "when-an-order-is-not-paid",
            _l("When an order is not paid"),
            _l("A reminder after some time, and a cancel if that does not help."),
            "banknote",
            2,
        ),
        Article(
            "when-a-customer-asks",
            _l("When a customer asks to cancel"),
            _l("How they ask, and how you approve or decline."),
            "mail",
            2,
        ),
        Article(
            "find-an-order",
            _l("Find an order"),
            _l("By its number, by the customer, or by what it waits for."),
            "search",
            1,
        ),
        Article(
            "bring-your-orders-in",
            _l("Bring your orders in"),
            _l("As a file, from Shopify, WooCommerce, another Suki or a spreadsheet."),
            "upload",
            5,
        ),
        Article(
            "refunds",
            _l("Refunds"),
            _l("Keep track of money that is owed back, until the customer has it."),
            "return",
            2,
        ),
        Article(
            "stock",
            _l("Products and stock"),
            _l("What is on the shelf, and what orders and cancels do to it."),
            "box",
            3,
        ),
        Article(
            "what-customers-are-told",
            _l("What customers are told"),
            _l("Which emails they get, when none leaves, and how to see each one."),
            "mail",
            2,
        ),
        Article(
            "a-customers-data",
            _l("A customer’s data"),
            _l("What the store holds about somebody: give it to them, or erase it."),
            "user",
            3,
        ),
        Article(
            "ask-support",
            _l("Ask support for help"),
            _l("Who they are, and what they need to cancel a booked order."),
            "support",
            2,
        ),
        Article(
            "run-suki",
            _l("Run Suki"),
            _l("For whoever looks after the computer: where the shop’s data is, and how to keep it safe."),
            "key",
            5,
        ),
    )
}
