"""The forms of the owner's list of users."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, RadioField, SelectChoice, StringField
from wtforms.validators import DataRequired, InputRequired, ValidationError

from blueprints import outbox
from blueprints.auth.email_addresses import NotAnEmail, read_email
from blueprints.auth.forms import WEAKNESSES
from blueprints.auth.passwords import WeakPassword, refuse_weak
from blueprints.forms import NOT_AN_EMAIL, BaseForm, Fits
from models import Role, User

ROLES = [
    SelectChoice(Role.OWNER.value, _l("Owner: everything, settings and users too")),
    SelectChoice(Role.STAFF.value, _l("Staff: orders, refunds, imports and support tickets")),
    SelectChoice(Role.SUPPORT.value, _l("Support: tickets; orders only while you let support in")),
]


def _name() -> StringField:
    return StringField(_l("Name"), validators=[DataRequired(_l("Enter a name.")), Fits(User.name)])


def _role() -> RadioField:
    return RadioField(_l("Role"), choices=ROLES, invalid_choice_message=_l("Choose what this person may do."))


class UserForm(BaseForm):
    name = _name()
    role = _role()


class AddUserForm(BaseForm):
    name = _name()
    email = EmailField(_l("Email"), validators=[DataRequired(_l("Enter an email address."))])
    role = _role()
    password = PasswordField(_l("First password"))

    @property
    def is_invitation(self) -> bool:
        """A link is mailed, by which they choose their own password."""
        return not self.password.data and outbox.mail_is_configured()

    def validate_email(self, field: EmailField) -> None:
        try:
            field.data = read_email(field.data)
        except NotAnEmail as error:
            raise ValidationError(NOT_AN_EMAIL) from error

    def validate_password(self, field: PasswordField) -> None:
        if self.is_invitation:
            return
        try:
            refuse_weak(field.data or "", email=self.email.data or "")
        except WeakPassword as refusal:
            raise ValidationError(WEAKNESSES[refusal.weakness]) from refusal


class SetPasswordForm(BaseForm):
    password = PasswordField(_l("New password"), validators=[InputRequired(_l("Enter a new password."))])
