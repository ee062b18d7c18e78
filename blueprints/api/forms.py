"""What a program sends, as the forms of the pages read it: so that the same is cleaned, taken and refused.
And the form that makes a token."""

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectChoice, StringField
from wtforms.validators import DataRequired

from blueprints.api.reading_requests import RequestFault
from blueprints.forms import BaseForm, Fits
from blueprints.orders.adding import NewOrder
from blueprints.orders.booking import couriers_to_choose
from blueprints.orders.change_forms import CancelForm
from blueprints.orders.forms import NewOrderForm
from blueprints.orders.recording_cancel import CancelWish
from blueprints.orders.refusals import CourierUnknown, ReasonUnknown
from blueprints.shop import reasons_to_choose
from models import ApiToken, Order
from models.money import plain_money

READ, WRITE = "read", "write"


class TokenForm(BaseForm):
    name = StringField(
        _l("Name of the program"),
        validators=[DataRequired(_l("Write which program it is for.")), Fits(ApiToken.name)],
    )
    scope = RadioField(
        _l("What it may do"),
        choices=[
            SelectChoice(READ, _l("Read orders")),
            SelectChoice(WRITE, _l("Read orders, create them and cancel them")),
        ],
        default=READ,
        invalid_choice_message=_l("Choose what it may do."),
    )

    @property
    def may_write(self) -> bool:
        return bool(self.scope.data == WRITE)

    def say_that_the_name_is_taken(self) -> None:
        self.name.errors = [_("Another token has this name. Revoke that one first, or choose another name.")]


def new_order_of(body: Mapping[str, Any], *, currency: str) -> NewOrder:
    """Raises NotAccepted, CourierUnknown."""
    items = {
        f"items-{row}-{name}": _typed(value, name, currency)
        for row, item in enumerate(body["items"])
        for name, value in item.items()
    }
    typed = {name: _typed(value, name, currency) for name, value in body.items() if name not in ("items", "currency")}
    if "courier" in body:
        typed["courier"] = _id_of(body["courier"], {each.name: each.id for each in couriers_to_choose()})
        if not typed["courier"]:
            raise CourierUnknown
    form = NewOrderForm(MultiDict({**typed, **items}), meta={"csrf": False})
    _refuse_faults(form)
    return form.wish


def cancel_of(body: Mapping[str, Any], order: Order) -> CancelWish:
    """Raises NotAccepted, ReasonUnknown."""
    reasons = reasons_to_choose()
    # All of them, as a page would send all of its fields: nothing is left to what a form makes of an absent one.
    said = {"note": "", "internal_note": "", "reason": "", "restock": True, "notify": True, "fee": 0, **body}
    typed = {name: _typed(value, name, order.currency) for name, value in said.items() if name != "version"}
    if "reason" in body:
        typed["reason"] = _id_of(body["reason"], {reason.label: reason.id for reason in reasons})
        if not typed["reason"]:
            raise ReasonUnknown
    form = CancelForm(MultiDict(typed), meta={"csrf": False, "currency": order.currency})
    form.reason.offer(reasons)
    _refuse_faults(form)
    return form.wish


_AMOUNTS = ("price", "shipping", "discount", "fee")


def _typed(value: Any, name: str, currency: str) -> str:
    """As it would stand in the form's field."""
    if isinstance(value, bool):
        return "y" if value else "false"
    return plain_money(value, currency) if name in _AMOUNTS else str(value)


def _id_of(name: str, ids: Mapping[str, int]) -> str:
    return str(ids.get(name.strip(), ""))


class NotAccepted(Exception):
    """It fits its description, and the form that the pages have for it takes it not: by a rule that no schema has words
    for, such as which email addresses there can be."""

    def __init__(self, faults: list[RequestFault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def _refuse_faults(form: BaseForm) -> None:
    """In English, whatever the store speaks."""
    with force_locale("en"):
        if not form.validate():
            raise NotAccepted([RequestFault(detail, pointer=pointer) for pointer, detail in _said(form.errors)])


def _said(errors: Any, pointer: str = "") -> list[tuple[str, str]]:
    """The errors of a form and of the forms within it, each with where it stands."""
    if isinstance(errors, Mapping):
        return [said for name, more in errors.items() for said in _said(more, f"{pointer}/{name}")]
    found: list[tuple[str, str]] = []
    for row, each in enumerate(errors):
        found += _said(each, f"{pointer}/{row}") if isinstance(each, Mapping) else [(pointer, str(each))]
    return found
