"""The forms of access to the store: opening it, and lengthening it."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice
from wtforms.validators import ValidationError

from blueprints.forms import BaseForm
from blueprints.support.forms import in_words
from models import Ticket, WindowScope
from models.window import DEFAULT_HOURS, HOURS


class HoursField(RadioField):
    """One of the spans that there are; never “until further notice”."""

    data: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, coerce=str, default=str(DEFAULT_HOURS), **options)
        self.choices = [SelectChoice(str(hours), in_words(hours)) for hours in HOURS]

    def pre_validate(self, form: BaseForm) -> None:
        if self.data not in [str(hours) for hours in HOURS]:
            raise ValidationError(_("Choose one of the spans in the list."))


class OpenForm(BaseForm):
    scope = RadioField(_l("What may they see and cancel?"), coerce=str, validate_choice=False)
    hours = HoursField(_l("For how long?"))

    def offer(self, ticket: Ticket) -> None:
        """A ticket about no order can't limit access to it."""
        only_this = SelectChoice(WindowScope.ORDER.value, _("Only order %(number)s", number=ticket.order_number or ""))
        everything = SelectChoice(WindowScope.ALL.value, _("All orders (asks for your password)"))
        self.scope.choices = [only_this, everything] if ticket.order_id else [everything]
        if self.scope.data is None:
            self.scope.data = str(self.scope.choices[0].value)

    def validate_scope(self, field: RadioField) -> None:
        if field.data not in [choice.value for choice in field.choices]:
            raise ValidationError(_("Choose what support may see and cancel."))

    @property
    def chosen_scope(self) -> WindowScope:
        return WindowScope(self.scope.data)


class ExtendForm(BaseForm):
    hours = HoursField(_l("How much longer?"))
