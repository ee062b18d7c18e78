"""Fields that ask for pieces of an order's items, one an item: what of it is cancelled, what goes back into stock."""

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from flask_babel import gettext as _
from wtforms import IntegerField

from blueprints.forms import BaseForm
from models import OrderItem
from models.text import cleaned_line

AnyForm = TypeVar("AnyForm", bound=BaseForm)


class CountField(IntegerField):
    """From none to `most` pieces. Left empty it is None."""

    data: int | None

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = cleaned_line(valuelist[0]) if valuelist else ""
        self.data = int(typed) if re.fullmatch("[0-9]{1,9}", typed) else None
        if typed and (self.data is None or self.data > self.most):
            raise ValueError(_("Write a whole number from 0 to %(most)s.", most=self.most))


def with_counts(form: type[AnyForm], prefix: str, items: Sequence[OrderItem], most: dict[int, int]) -> type[AnyForm]:
    """The form with a field for each of the items that `most` has something for: `<prefix>_<id of the item>`."""
    counts = {f"{prefix}_{item.id}": CountField(item.name, most=most[item.id]) for item in items if most.get(item.id)}
    return type(form.__name__, (form,), counts)


def counted(form: BaseForm, prefix: str) -> dict[int, int]:
    """What was written in these fields, by the item's id; those left empty are left out."""
    return {
        int(field.name.rpartition("_")[2]): field.data for field in fields_of(form, prefix) if field.data is not None
    }


def fields_of(form: BaseForm, prefix: str) -> list[CountField]:
    return [field for field in form if isinstance(field, CountField) and field.name.startswith(f"{prefix}_")]
