"""The forms of money that came in or went back: in the order's currency, which is given as meta."""

from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from blueprints.filters import WORDS
from blueprints.forms import BaseForm, Fits, MoneyField
from blueprints.orders.change_forms import VersionForm
from models import Note, PaymentMethod


class PaymentMethodField(SelectField):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [SelectChoice(method.value, WORDS[method]) for method in PaymentMethod]
        no_such = _l("Choose one of the ways to pay in the list.")
        super().__init__(*args, choices=choices, invalid_choice_message=no_such, **kwargs)


class WhatWentWrong(TextAreaField):
    """With what was recorded by mistake: nobody puts money right without a word."""

    def __init__(self, **kwargs: Any) -> None:
        given = DataRequired(_l("Say what went wrong, for whoever asks later."))
        super().__init__(_l("What went wrong"), validators=[given, Fits(Note.body)], **kwargs)


class MoreThanNothing:
    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: BaseForm, field: MoneyField) -> None:
        if not field.data and not field.errors:
            raise ValidationError(_("Write how much."))


class AnAmount:
    """Which may be nothing, if that is what is written."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: BaseForm, field: MoneyField) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(_("Write how much; 0 if it was nothing."))


class AmountForm(VersionForm):
    amount = MoneyField(_l("Amount"), validators=[MoreThanNothing()])

    @property
    def sum(self) -> int:
        return self.amount.data or 0

    def say_what_it_may_be(self, sentence: str) -> None:
        self.amount.errors = [sentence]


class PaymentForm(AmountForm):
    method = PaymentMethodField(_l("How it was paid"))

    @property
    def chosen_method(self) -> PaymentMethod:
        return PaymentMethod(self.method.data)


class CorrectPaymentForm(PaymentForm):
    amount = MoneyField(_l("Really paid"), validators=[AnAmount()])
    internal_note = WhatWentWrong()


class CorrectRefundForm(AmountForm):
    amount = MoneyField(_l("Really paid back"), validators=[AnAmount()])
    internal_note = WhatWentWrong()
