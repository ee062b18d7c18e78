"""The form that stands beside an email: where it should have gone."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from wtforms import EmailField
from wtforms.validators import DataRequired, Email

from blueprints.forms import NOT_AN_EMAIL, BaseForm, CanTakeMail, Fits
from blueprints.orders.sending_again import NotSentAgain
from models import Order


class AddressForm(BaseForm):
    email = EmailField(
        _l("Email address of the customer"),
        validators=[DataRequired(NOT_AN_EMAIL), Fits(Order.customer_email), Email(NOT_AN_EMAIL), CanTakeMail()],
    )

    @property
    def address(self) -> str:
        return self.email.data or ""


@dataclass(frozen=True)
class Correction:
    """What was typed beside one email and not taken, for the page that it is drawn on again."""

    email_id: int
    form: AddressForm
    refusal: NotSentAgain | None = None
