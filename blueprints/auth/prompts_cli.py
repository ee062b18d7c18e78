"""What commands ask of whoever types them, or read out of their options: people, and their passwords."""

from collections.abc import Callable
from typing import Any

import click

from blueprints.auth.email_addresses import NotAnEmail, read_email
from blueprints.auth.forms import WEAKNESSES
from blueprints.auth.passwords import WeakPassword, refuse_weak
from models import User
from models.base import longest
from models.text import cleaned_line

LONGEST_NAME = longest(User.name)


def answer(given: str | None, question: str, read: Callable[[str], str], **options: Any) -> str:
    """What was given must be right, or the command ends in one line; what is asked for is asked again until it is.
    `read` raises click.UsageError; `options` are those of click.prompt."""
    if given is None:
        answered: str = click.prompt(question, value_proc=read, **options)
        return answered
    try:
        return read(given)
    except click.UsageError as error:
        raise click.ClickException(error.message) from None


def read_address(text: str) -> str:
    try:
        return read_email(text)
    except NotAnEmail:
        raise click.UsageError(f"{text!r} is not an email address.") from None


def read_name(text: str) -> str:
    name = cleaned_line(text)
    if not 0 < len(name) <= LONGEST_NAME:
        raise click.UsageError(f"A name has 1 to {LONGEST_NAME} characters.")
    return name


def new_password(given: str | None, question: str, *, email: str) -> str:
    """Asked for twice, as nobody sees it."""

    def read(text: str) -> str:
        try:
            refuse_weak(text, email=email)
        except WeakPassword as refusal:
            raise click.UsageError(str(WEAKNESSES[refusal.weakness])) from None
        return text

    return answer(given, question, read, hide_input=True, confirmation_prompt=True)
