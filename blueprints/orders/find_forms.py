"""What the list of orders is asked for: the search, the filters, and the tabs that are ways to look at it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import DateField, SelectChoice, SelectField, StringField

from blueprints.days import EARLIEST, LATEST, midnight
from blueprints.filters import WORDS, zone
from blueprints.forms import BaseForm
from blueprints.orders.counting import Waiting
from blueprints.orders.finding import TO_SEND, Filters
from blueprints.orders.needing_attention import Attention
from models import OrderStatus, PaymentStatus
from models.search import LONGEST_SEARCH

_ANY = SelectChoice("", _l("Any"))


class FindForm(BaseForm):
    """What the list is asked for. It stands in the address, so what makes no sense is passed over, not refused."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(_l("Order number or customer name"))
    status = SelectField(
        _l("Status"),
        choices=[_ANY, SelectChoice("to_send", _l("To send")), *(SelectChoice(s.value, WORDS[s]) for s in OrderStatus)],
    )
    payment = SelectField(_l("Payment"), choices=[_ANY, *(SelectChoice(p.value, WORDS[p]) for p in PaymentStatus)])
    booked = SelectField(
        _l("Courier"), choices=[_ANY, SelectChoice("yes", _l("Booked")), SelectChoice("no", _l("Not booked"))]
    )
    placed_from = DateField(_l("Placed from"), name="from")
    placed_to = DateField(_l("Placed until"), name="to")
    attention = SelectField(choices=[_ANY, *(SelectChoice(a.value) for a in Attention)])

    @property
    def search(self) -> str:
        return (self.q.data or "")[:LONGEST_SEARCH]

    def asked(self) -> dict[str, str]:
        """What makes sense of it, as it stands in the address of this list and of all its pages."""
        asked = {"q": self.search}
        for choice in (self.status, self.payment, self.booked, self.attention):
            if choice.data in {value for value, _label, *_more in choice.iter_choices()}:
                asked[choice.name] = choice.data
        for day in (self.placed_from, self.placed_to):
            if day.data and EARLIEST <= day.data <= LATEST:
                asked[day.name] = day.data.isoformat()
        return {name: value for name, value in asked.items() if value}


def filters_of(asked: dict[str, str]) -> Filters:
    """`asked` as FindForm gives it; days are the store's."""
    status = asked.get("status")
    return Filters(
        statuses=TO_SEND if status == "to_send" else (OrderStatus(status),) if status else (),
        payment=PaymentStatus(asked["payment"]) if "payment" in asked else None,
        booked=asked["booked"] == "yes" if "booked" in asked else None,
        placed_from=midnight(date.fromisoformat(asked["from"]), zone()) if "from" in asked else None,
        placed_before=midnight(date.fromisoformat(asked["to"]) + timedelta(days=1), zone()) if "to" in asked else None,
        attention=Attention(asked["attention"]) if "attention" in asked else None,
    )


@dataclass(frozen=True)
class Tab:
    """One way to look at the list; the search, the payment and the dates stay as they are."""

    label: LazyString
    asked: dict[str, str]
    counted: str = ""
    """What of Waiting stands beside it."""
    only_when_needed: bool = False


TABS = (
    Tab(_l("All"), {}),
    Tab(_l("To do"), {"status": OrderStatus.PENDING.value}, "pending"),
    Tab(_l("To send"), {"status": "to_send"}, "to_send"),
    Tab(_l("Booked"), {"booked": "yes"}),
    Tab(_l("Cancelled"), {"status": OrderStatus.CANCELLED.value}),
    Tab(_l("Asks to cancel"), {"attention": Attention.ASKED.value}, "asked", only_when_needed=True),
    Tab(_l("Customer not told"), {"attention": Attention.NOT_TOLD.value}, "not_told", only_when_needed=True),
    Tab(_l("Not reminded"), {"attention": Attention.NOT_REMINDED.value}, "not_reminded", only_when_needed=True),
    Tab(_l("Refund owed"), {"attention": Attention.REFUND_OWED.value}, "refunds_owed", only_when_needed=True),
)
_SET_BY_TABS = ("status", "booked", "attention")


@dataclass(frozen=True)
class TabLink:
    url: str
    label: LazyString
    current: bool
    count: str | None


def filters_beyond_tab(asked: dict[str, str]) -> int:
    """How many filters were set by hand: for these the filters stay open."""
    here = {name: value for name, value in asked.items() if name in _SET_BY_TABS}
    beyond = {name: value for name, value in asked.items() if name not in (*_SET_BY_TABS, "q")}
    return len(beyond) + (0 if any(tab.asked == here for tab in TABS) else len(here))


def tab_links(asked: dict[str, str], waiting: Waiting) -> list[TabLink]:
    stays = {name: value for name, value in asked.items() if name not in _SET_BY_TABS}
    here = {name: value for name, value in asked.items() if name in _SET_BY_TABS}
    links = []
    for tab in TABS:
        count = getattr(waiting, tab.counted) if tab.counted else 0
        if count or tab.asked == here or not tab.only_when_needed:
            query: dict[str, Any] = {**stays, **tab.asked}
            url = url_for("orders.listing", **query)
            links.append(TabLink(url, tab.label, tab.asked == here, waiting.shown(tab.counted) if count else None))
    return links
