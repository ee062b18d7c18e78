"""Fields that ask for pieces of an order's items, one an item: what of it is cancelled, what goes back into stock."""

from collections.abc import Sequence
from typing import Any, TypeVar

from markupsafe import Markup
from wtforms.widgets import CheckboxInput

from blueprints.forms import BaseForm, CountField
from models import OrderItem

AnyForm = TypeVar("AnyForm", bound=BaseForm)


class OnePiece(CheckboxInput):
    """A tick, which sends what would have been written: 1. Without it nothing is sent, as nothing is written."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        return Markup(super().__call__(field, value="1", **kwargs))  # noqa: S704 (what WTForms made is markup already)


class ItemCountField(CountField):
    def __init__(self, item: OrderItem, **options: Any) -> None:
        super().__init__(item.name, **options)
        self.item = item


def with_counts(
    form: type[AnyForm], prefix: str, items: Sequence[OrderItem], most: dict[int, int], *, ticks: bool = False
) -> type[AnyForm]:
    """The form with a field for each of the items that `most` has something for: `<prefix>_<id of the item>`. `ticks`:
    where there is one piece at most it is ticked, not written."""
    counts = {}
    for item in items:
        if many := most.get(item.id):
            widget = {"widget": OnePiece()} if ticks and many == 1 else {}
            counts[f"{prefix}_{item.id}"] = ItemCountField(item, most=many, **widget)
    return type(form.__name__, (form,), counts)


def counted(form: BaseForm, prefix: str) -> dict[int, int]:
    """What was written in these fields, by the item's id; those left empty are left out."""
    return {field.item.id: field.data for field in fields_of(form, prefix) if field.data is not None}


def fields_of(form: BaseForm, prefix: str) -> list[ItemCountField]:
    return [field for field in form if isinstance(field, ItemCountField) and field.name.startswith(f"{prefix}_")]
