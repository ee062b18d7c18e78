"""The form that says what becomes of orders that are not paid."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import ValidationError

from blueprints.forms import BaseForm, CountField, Fits
from models import Reason, Store
from models.store import FEWEST_UNPAID_HOURS, MOST_NOTICE_HOURS, MOST_UNPAID_HOURS

USUAL_UNPAID_HOURS = 72


class UnpaidForm(BaseForm):
    cancel_unpaid = BooleanField(
        _l("Remind customers who have not paid, and cancel what stays unpaid"),
        description=_l("Only orders that are placed after you switch this on. Older ones are left alone."),
    )
    unpaid_hours = CountField(
        _l("Hours until the order is cancelled"),
        least=FEWEST_UNPAID_HOURS,
        most=MOST_UNPAID_HOURS,
        description=_l("From when it was placed. 72 is three days; 2 is the least, 2,160 (90 days) the most."),
    )
    unpaid_notice_hours = CountField(
        _l("Hours before that for the reminder"),
        least=1,
        most=MOST_NOTICE_HOURS,
        description=_l("24 is one day. The customer has at least these hours after the reminder left."),
    )
    unpaid_note = TextAreaField(
        _l("Note to the customer when it is cancelled"),
        [Fits(Store.unpaid_note)],
        description=_l("It is in their email, as with any cancel."),
    )
    unpaid_reason_id = SelectField(
        _l("Reason, for your own reports"),
        validate_choice=False,
        description=_l("From your list of reasons; customers do not see it."),
    )

    def drawn_for(self, store: Store, reasons: list[Reason]) -> None:
        """Filled with what the store has, unless something was sent; kind words stand in for a note that was never
        written."""
        listed = [SelectChoice(str(reason.id), reason.label) for reason in reasons]
        self.unpaid_reason_id.choices = [SelectChoice("", _("No reason")), *listed]
        if self.is_submitted():
            return
        self.cancel_unpaid.data = store.unpaid_hours is not None
        self.unpaid_hours.data = store.unpaid_hours or USUAL_UNPAID_HOURS
        self.unpaid_notice_hours.data = store.unpaid_notice_hours
        self.unpaid_note.data = store.unpaid_note or ("" if self.cancel_unpaid.data else usual_note())
        named = str(store.unpaid_reason_id or "")
        self.unpaid_reason_id.data = named if named in {choice.value for choice in listed} else ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Switching it off is always possible, whatever stands in the hours."""
        if not self.cancel_unpaid.data:
            for field in (self.unpaid_hours, self.unpaid_notice_hours):
                field.process_errors = []
        return bool(super().validate(extra_validators))

    def validate_unpaid_hours(self, field: CountField) -> None:
        if self.cancel_unpaid.data and field.data is None and not field.process_errors:
            raise ValidationError(field.bounds)

    def validate_unpaid_notice_hours(self, field: CountField) -> None:
        if not self.cancel_unpaid.data or field.process_errors:
            return
        if field.data is None:
            raise ValidationError(field.bounds)
        if not self.unpaid_hours.process_errors and field.data >= (self.unpaid_hours.data or MOST_UNPAID_HOURS):
            raise ValidationError(_("Write less than the hours to the cancel, so that the reminder comes before it."))

    def validate_unpaid_reason_id(self, field: SelectField) -> None:
        if (field.data or "") not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Choose a reason from the list."))

    @property
    def hours(self) -> int | None:
        """None: off."""
        return self.unpaid_hours.data if self.cancel_unpaid.data else None

    @property
    def notice_hours(self) -> int | None:
        return self.unpaid_notice_hours.data if self.cancel_unpaid.data else None

    @property
    def reason_id(self) -> int | None:
        return int(self.unpaid_reason_id.data) if self.unpaid_reason_id.data else None


def usual_note() -> str:
    return _(
        "We kept your order for as long as we could, and have not seen your payment. If you still want it, just order "
        "again: you are always welcome."
    )
