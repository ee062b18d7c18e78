"""The forms that change an order's status, the status area and the cancel page; and the note beside it."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError
from wtforms.widgets import HiddenInput

from blueprints.filters import WORDS, word
from blueprints.forms import BaseForm, Fits, MoneyField, SentOnce
from blueprints.ids import IdConverter
from blueprints.orders.count_forms import ItemCountField, counted, fields_of
from blueprints.orders.recording_cancel import CancelWish
from models import Note, Order, OrderStatus, Reason


class VersionField(Field):
    """The order's version when the form was drawn. What is none counts as 0, which no order has: the form is stale."""

    widget = HiddenInput()

    def _value(self) -> str:
        return str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0] if valuelist else ""
        self.data = int(typed) if re.fullmatch(IdConverter.regex, typed) else 0


class VersionForm(BaseForm):
    """About an order as it stood when the form was drawn; all there is to it for what one button does."""

    version = VersionField()

    def drawn_for(self, order: Order, *, anew: bool = False) -> None:
        """A form drawn again keeps its version, unless the reader is told what changed: `anew`, the next Save is
        about the order as it stands now."""
        if anew or self.version.data is None:
            self.version.data = order.version


class StatusField(SelectField):
    """Takes any status there is: which of them may follow is decided under the lock, not by a list drawn earlier."""

    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=[SelectChoice(status.value, WORDS[status]) for status in OrderStatus], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """A button that names a status comes after the list, and is what was pressed."""
        super().process_formdata(valuelist[-1:])

    def pre_validate(self, form: BaseForm) -> None:
        if self.data not in set(OrderStatus):
            raise ValidationError(_l("Choose one of the statuses in the list."))

    def offer(self, order: Order) -> None:
        """Lists what the order has and may get. A choice that is not possible any more goes back to what it has."""
        offered = (order.status, *order.allowed_changes())
        self.choices = [SelectChoice(status.value, WORDS[status]) for status in offered]
        if self.data not in offered:
            self.data = order.status.value


class _ChangeForm(VersionForm, SentOnce):
    note = TextAreaField(_l("Note to the customer"), validators=[Fits(Note.body)])
    notify = BooleanField(_l("Email the customer"), default=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_submitted() and not self.had_boxes:
            for box in self:
                if isinstance(box, BooleanField) and not box.raw_data:
                    box.data = bool(box.default)

    @property
    def had_boxes(self) -> bool:
        """Whether the form that was sent had its boxes: only then is one that did not come without its tick."""
        raise NotImplementedError

    def drawn_for(self, order: Order, *, anew: bool = False) -> None:
        """A page that tells what changed is another form: its next Save is a wish of its own."""
        super().drawn_for(order, anew=anew)
        if anew:
            self.draw_anew()


class NoteForm(BaseForm):
    internal_note = TextAreaField(
        _l("Note for the store only"), validators=[DataRequired(_l("Write the note.")), Fits(Note.body)]
    )


class ChangeStatusForm(_ChangeForm):
    status = StatusField(_l("Status"))
    asks_to_notify = StringField()
    """The buttons of the page bring it, but for one that names a status beside the list's."""

    @property
    def had_boxes(self) -> bool:
        return bool(self.asks_to_notify.data) or len(self.status.raw_data or ()) > 1

    @property
    def chosen(self) -> OrderStatus:
        return OrderStatus(self.status.data)

    def say_that_nothing_changes(self) -> None:
        self.status.errors = [
            _(
                "The order is “%(status)s” already. Choose a new status first.",
                status=word(self.chosen),
            )
        ]

    def drawn_for(self, order: Order, *, anew: bool = False) -> None:
        super().drawn_for(order, anew=anew)
        self.status.offer(order)


_GONE = _l("This reason is not on the store’s list any more. Choose another one.")


class ReasonField(RadioField):
    """One of the store's reasons, or none."""

    data: Any

    def pre_validate(self, form: BaseForm) -> None:
        if (self.data or "") not in {value for value, _label, *_more in self.iter_choices()}:
            raise ValidationError(_GONE)

    def offer(self, reasons: list[Reason]) -> None:
        listed = [SelectChoice(str(reason.id), reason.label) for reason in reasons]
        self.choices = [SelectChoice("", _l("No reason")), *listed]
        self.data = self.data or ""


class CancelledField(HiddenField):
    """What the cancel page is for: drawn again, it is for that again."""

    def _value(self) -> str:
        return OrderStatus.CANCELLED.value

    def pre_validate(self, form: BaseForm) -> None:
        if self.data != OrderStatus.CANCELLED:
            raise ValidationError(
                _l("This page only cancels. To give the order another status, choose it on the order’s page.")
            )


class CancelForm(_ChangeForm):
    status = CancelledField(default=OrderStatus.CANCELLED.value)
    reason = ReasonField(_l("Reason"), choices=[])
    internal_note = TextAreaField(_l("Note for the store only"), validators=[Fits(Note.body)])
    restock = BooleanField(_l("Put the items back into stock"), default=True)
    fee = MoneyField(_l("Cancellation fee"))

    @property
    def had_boxes(self) -> bool:
        """The page sends these whatever is in them."""
        return all(field.raw_data for field in (self.reason, self.internal_note) if field is not None)

    def drawn_for(self, order: Order, *, anew: bool = False) -> None:
        super().drawn_for(order, anew=anew)
        if self.reason.data not in {value for value, _label, *_more in self.reason.iter_choices()}:
            self.reason.data = ""

    @property
    def wish(self) -> CancelWish:
        return CancelWish(
            note=self.note.data or "",
            internal_note=self.internal_note.data or "",
            reason_id=int(self.reason.data) if self.reason.data else None,
            restock=self.restock.data,
            put_back=counted(self, "back") or None,
            notify=self.notify.data,
            fee=self.fee_kept,
        )

    @property
    def counts_back(self) -> list[ItemCountField]:
        """One for each item of which some pieces were taken from the stock."""
        return fields_of(self, "back")

    @property
    def pieces_back(self) -> int:
        """How many can go back at most."""
        return sum(count.most for count in self.counts_back)

    @property
    def fee_kept(self) -> int:
        return self.fee.data or 0 if self.fee is not None else 0

    def say_that_less_can_be_kept(self, sentence: str) -> None:
        self.fee.errors = [sentence]

    def say_that_the_reason_is_gone(self) -> None:
        self.reason.errors = [_GONE]


class SupportCancelForm(CancelForm):
    """What is for the store only is the merchant's to write and to read, and fees are for them to keep."""

    internal_note = None
    fee = None  # type: ignore[assignment]  # as WTForms leaves a field out
    courier_reference = StringField(_l("The courier’s confirmation"), validators=[Fits(Order.courier_reference)])
    solve = BooleanField(_l("Mark the ticket as solved as well"))

    @property
    def wish(self) -> CancelWish:
        return CancelWish(
            note=self.note.data or "",
            reason_id=int(self.reason.data) if self.reason.data else None,
            restock=self.restock.data,
            put_back=counted(self, "back") or None,
            notify=self.notify.data,
            courier_reference=self.courier_reference.data or "",
        )

    def say_that_the_reference_is_missing(self) -> None:
        self.courier_reference.errors = [
            _("Write down what the courier gave you as confirmation that its booking is cancelled.")
        ]
