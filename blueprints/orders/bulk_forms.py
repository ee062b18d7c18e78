"""The forms about many orders at once: the one reason and note for all of them, and what support is asked."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from blueprints.forms import BaseForm, Fits
from blueprints.ids import read_id
from blueprints.orders.change_forms import CancelForm
from models import BulkCancel


def read_ticks(values: Iterable[str]) -> dict[int, int | None]:
    """The orders that were ticked, by their ids: `12`, or `12-3` with the version that the list showed. What is neither
    is no tick."""
    ticks: dict[int, int | None] = {}
    for value in values:
        order_id, _dash, version = value.partition("-")
        if (found := read_id(order_id)) and (not _dash or read_id(version) is not None):
            ticks[found] = read_id(version)
    return ticks


_SAY_WHY = _l("Say why they should be cancelled: support needs the reason.")


class BulkForm(CancelForm):
    """As the cancel page's, without what belongs to one order alone."""

    version: Any = None
    once: Any = None
    status: Any = None
    fee: Any = None
    asks_support = BooleanField(_l("Ask support to cancel the booked ones"))
    ticket_reason = TextAreaField(_l("Why should they be cancelled?"), validators=[Fits(BulkCancel.ticket_reason)])

    def validate_ticket_reason(self, field: TextAreaField) -> None:
        if self.asks_support.data and not field.data:
            raise ValidationError(_SAY_WHY)

    @property
    def says_something(self) -> bool:
        """What goes on with one that was started is a button alone."""
        return any(field.raw_data for field in (self.note, self.internal_note, self.reason, self.ticket_reason))

    @property
    def for_support(self) -> str | None:
        return self.ticket_reason.data if self.asks_support.data else None


class AskSupportForm(BaseForm):
    reason = TextAreaField(
        _l("Why should they be cancelled?"), validators=[DataRequired(_SAY_WHY), Fits(BulkCancel.ticket_reason)]
    )
