"""The forms that take a cancel back."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, TextAreaField

from blueprints.forms import BaseForm, Fits
from blueprints.ids import read_id
from blueprints.orders.change_forms import VersionForm
from models import Note


def cancellation_named(text: str | None) -> int | None:
    """None when none is named; 0, which none has, for what is no number."""
    return (read_id(text) or 0) if text else None


class _OfCancel(BaseForm):
    cancellation = HiddenField()

    @property
    def cancellation_id(self) -> int | None:
        return cancellation_named(self.cancellation.data)


class UndoForm(_OfCancel):
    """One button. `back`: it stood in the list; `bulk`: on the page of orders that were cancelled together."""

    back = HiddenField()
    bulk = HiddenField()

    @property
    def bulk_id(self) -> int | None:
        return read_id(self.bulk.data)


class ReinstateForm(VersionForm, _OfCancel):
    note = TextAreaField(_l("Note to the customer"), validators=[Fits(Note.body)])
    notify = BooleanField(_l("Email the customer"), default=True)
    short = HiddenField(default="0")
    """How many pieces the page said are short."""

    @property
    def short_said(self) -> int:
        return read_id(self.short.data) or 0

    def propose(self, cancellation_id: int, *, short: int, has_heard: bool) -> None:
        """What a page that is drawn says of it; whoever sends it has seen that."""
        self.cancellation.data, self.short.data = str(cancellation_id), str(short)
        if not self.is_submitted():
            self.notify.data = has_heard
