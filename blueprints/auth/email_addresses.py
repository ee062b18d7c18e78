"""The email by which somebody signs in."""

from email_validator import EmailNotValidError, validate_email

from blueprints.composing import can_take_mail

LONGEST = 254


class NotAnEmail(Exception):
    """It looks like nothing that mail could be sent to."""


def read_email(text: str) -> str:
    """As it is kept: in lower case. Raises NotAnEmail."""
    try:
        found = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise NotAnEmail from error
    email = found.normalized.lower()
    if len(email) > LONGEST or not can_take_mail(email):
        raise NotAnEmail
    return email


def name_out_of(email: str) -> str:
    """What somebody is called where nobody says it."""
    return email.partition("@")[0].capitalize()
