"""The form that cancels a part of an order."""

from flask_babel import gettext as _

from blueprints.orders.change_forms import CancelForm
from blueprints.orders.count_forms import ItemCountField, counted, fields_of


class PartForm(CancelForm):
    """Which pieces, and the rest as for a whole order."""

    status = None  # type: ignore[assignment]  # as WTForms leaves a field out

    @property
    def counts(self) -> list[ItemCountField]:
        """One for each item that is still in the order."""
        return fields_of(self, "pieces")

    @property
    def pieces(self) -> dict[int, int]:
        return {item: many for item, many in counted(self, "pieces").items() if many}

    def say_that_nothing_is_chosen(self) -> None:
        for field in self.counts[:1]:
            field.errors = [_("Say of which item something is cancelled, and how many.")]

    def say_that_it_is_all(self) -> None:
        for field in self.counts[:1]:
            field.errors = [_("That is all of the order. To cancel all of it, go to “Cancel order”.")]
