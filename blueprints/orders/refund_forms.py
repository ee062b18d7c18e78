"""The forms of a refund that is owed: what went back, and that the rest will not."""

import re
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from blueprints.filters import WORDS
from blueprints.forms import Fits, MoneyField, SentOnce
from blueprints.orders.change_forms import VersionForm
from blueprints.orders.payment_forms import MoreThanNothing, WhatWentWrong
from blueprints.orders.settling import Repayment
from models import Refund, Settlement, SettlementMethod


class DayField(DateField):
    """A day, as browsers send it. What is none stays in the field as it was typed."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        try:
            if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", typed):
                raise ValueError(typed)
            self.data = date.fromisoformat(typed)
        except ValueError:
            raise ValueError(_("Write the day as year-month-day, such as 2026-11-21.")) from None


class SettleForm(VersionForm, SentOnce):
    """In the order's currency, which is given as meta."""

    amount = MoneyField(_l("Amount returned"), validators=[MoreThanNothing()])
    method = SelectField(
        _l("How it went back"),
        choices=[SelectChoice(method.value, WORDS[method]) for method in SettlementMethod],
        invalid_choice_message=_l("Choose one of the ways in the list."),
    )
    paid_on = DayField(_l("Day"))
    reference = StringField(_l("Reference"), validators=[Fits(Settlement.reference)])
    notify = BooleanField(_l("Email the customer"), default=True)

    def validate_paid_on(self, paid_on: DayField) -> None:
        if paid_on.data is None and not paid_on.process_errors:
            raise ValidationError(_("Say on which day it went back."))

    def propose(self, refund: Refund, method: SettlementMethod, today: date) -> None:
        self.amount.data, self.method.data, self.paid_on.data = refund.left, method.value, today

    @property
    def repayment(self) -> Repayment:
        return Repayment(
            amount=self.amount.data or 0,
            method=SettlementMethod(self.method.data),
            paid_on=self.paid_on.data,
            reference=self.reference.data or "",
        )

    def say_that_less_is_left(self, sentence: str) -> None:
        self.amount.errors = [sentence]

    def say_which_days_there_are(self, sentence: str) -> None:
        self.paid_on.errors = [sentence]


class WaiveForm(VersionForm):
    because = TextAreaField(
        _l("Why it is not returned"),
        validators=[DataRequired(_l("Say why, for whoever asks later.")), Fits(Refund.waived_because)],
    )


class ReverseForm(VersionForm):
    internal_note = WhatWentWrong()
