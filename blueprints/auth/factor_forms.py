"""The forms of the second factor."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

from blueprints.forms import BaseForm

WRONG_CODE = _l("This code is not right, or it was used already. Type the one that the app shows now.")


def _password(id: str) -> PasswordField:
    is_there = InputRequired(_l("Enter the password that you sign in with."))
    return PasswordField(_l("Your password"), id=id, validators=[is_there])


class CodeForm(BaseForm):
    code = StringField(_l("Code"), validators=[DataRequired(_l("Enter the code."))])


class SetUpForm(CodeForm):
    password = _password("password")


class RenewForm(BaseForm):
    password = _password("renew-password")


class TurnOffForm(BaseForm):
    password = _password("off-password")
