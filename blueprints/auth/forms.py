"""The forms of signing in and of the password."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import DataRequired, InputRequired

from blueprints.auth.passwords import LONGEST, SHORTEST, Weakness
from blueprints.forms import BaseForm

WEAKNESSES = {
    Weakness.TOO_SHORT: _l("Use at least %(number)s characters.", number=SHORTEST),
    Weakness.TOO_LONG: _l("That is too long: at most %(number)s bytes fit.", number=f"{LONGEST:,}"),
    Weakness.COMMON: _l("That password is among the first that anybody tries. Choose another."),
    Weakness.IS_EMAIL: _l("That is the email address of the account. Choose another password."),
}


class LoginForm(BaseForm):
    email = EmailField(_l("Email"), validators=[DataRequired(_l("Enter your email address."))])
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password."))])
    next = HiddenField()


class ChangePasswordForm(BaseForm):
    current_password = PasswordField(
        _l("Current password"), validators=[InputRequired(_l("Enter the password that you use now."))]
    )
    new_password = PasswordField(_l("New password"), validators=[InputRequired(_l("Enter a new password."))])


class ForgotPasswordForm(BaseForm):
    email = EmailField(_l("Email"), validators=[DataRequired(_l("Enter the email address that you sign in with."))])


class NewPasswordForm(BaseForm):
    new_password = PasswordField(_l("New password"), validators=[InputRequired(_l("Enter a new password."))])
