"""The forms that customers fill in, who have no account: for a link, and to ask for a cancel."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, TextAreaField
from wtforms.validators import DataRequired, Email

from blueprints.forms import NOT_AN_EMAIL, BaseForm, Fits, clean_line
from blueprints.orders.forms import NumberField
from models import CancelRequest, Order


class LinkForm(BaseForm):
    """What it refuses is seen from what was typed alone, never from whether an order is like that."""

    number = NumberField(_l("Order number"), [DataRequired(_l("Enter the number of your order.")), Fits(Order.number)])
    email = EmailField(
        _l("Email"),
        [
            DataRequired(_l("Enter the email address that you gave with the order.")),
            Fits(Order.customer_email),
            Email(NOT_AN_EMAIL, allow_smtputf8=True),
        ],
    )


class WishForm(BaseForm):
    reason = TextAreaField(
        _l("Why do you want to cancel?"),
        [DataRequired(_l("Write in a few words why you want to cancel.")), Fits(CancelRequest.reason)],
        filters=[clean_line],
    )
