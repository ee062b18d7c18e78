"""`flask users …`: the people who sign in, for whoever has the computer that runs Suki."""

from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup

from blueprints.auth import auth, passwords
from blueprints.auth.adding_users import EmailTaken, add_user
from blueprints.auth.changing_factor import NoFactor, reset_factor
from blueprints.auth.changing_users import LastOwner, disable_user, enable_user, set_password
from blueprints.auth.email_addresses import NotAnEmail, name_out_of, read_email
from blueprints.auth.finding_users import find_user_by_email, find_users
from blueprints.auth.forms import WEAKNESSES
from blueprints.commands import in_a_store
from blueprints.filters import local
from models import SYSTEM, Role, User
from models.text import cleaned_line

users = AppGroup("users", help="The people who sign in.")
auth.cli.add_command(users)


@users.command("add")
@click.argument("email")
@click.option("--name", help="As colleagues know them.")
@click.option("--role", type=click.Choice([role.value for role in Role]))
@click.option("--password", help="Better left out: then it is asked for, and not kept in the shell’s history.")
@in_a_store
def add(email: str, name: str | None, role: str | None, password: str | None) -> None:
    """Add a user. Asks for what it is not told."""
    email = _email(email)
    if find_user_by_email(email) is not None:
        raise _taken(email)
    if name is None and password is not None:
        name = name_out_of(email)  # whoever gives the password may be a script, which has no answer
    name = _answer(name, "Name", _name, default=name_out_of(email))
    role = role or click.prompt("Role", type=click.Choice([known.value for known in Role]), default=Role.STAFF.value)
    password = _new_password(password, email)
    try:
        add_user(email=email, name=name, role=Role(role), password=password, by=SYSTEM)
    except EmailTaken:
        raise _taken(email) from None
    click.echo(f"{name} ({role}) can sign in with {email}.")


@users.command("list")
@in_a_store
def list_users() -> None:
    """List everybody: email, role, when last seen, and who is disabled."""
    for seen in find_users():
        last = f"last seen {local(seen.last_seen_at):%Y-%m-%d %H:%M}" if seen.last_seen_at else "never seen"
        state = "disabled" if seen.user.disabled_at else last
        click.echo(f"{seen.user.email:<32} {seen.user.role.value:<8} {state:<28} {seen.user.name}")


@users.command("disable")
@click.argument("email")
@in_a_store
def disable(email: str) -> None:
    """Sign somebody out and keep them out."""
    user = _user(email)
    try:
        disable_user(user.id, by=SYSTEM)
    except LastOwner:
        raise click.ClickException(
            f"{user.email} is the last owner who can sign in. Add another first: flask users add … --role owner"
        ) from None
    click.echo(f"{user.email} is signed out and can’t sign in any more.")


@users.command("enable")
@click.argument("email")
@in_a_store
def enable(email: str) -> None:
    """Let somebody sign in again."""
    user = _user(email)
    enable_user(user.id, by=SYSTEM)
    click.echo(f"{user.email} can sign in again.")


@users.command("password")
@click.argument("email")
@click.option("--password", help="Better left out: then it is asked for, and not kept in the shell’s history.")
@in_a_store
def password(email: str, password: str | None) -> None:
    """Set a new password for somebody, and sign them out everywhere."""
    user = _user(email)
    set_password(user.id, password=_new_password(password, user.email), email=user.email, by=SYSTEM)
    click.echo(f"{user.email} has a new password.")


@users.command("reset-second-factor")
@click.argument("email")
@in_a_store
def reset_second_factor(email: str) -> None:
    """Take away the second factor of somebody who lost their phone, and sign them out everywhere."""
    user = _user(email)
    try:
        reset_factor(user.id, by=SYSTEM)
    except NoFactor:
        raise click.ClickException(f"{user.email} has no second factor, so there is nothing to reset.") from None
    click.echo(f"{user.email} has no second factor any more and is signed out. They can set one up anew.")


def _taken(email: str) -> click.ClickException:
    return click.ClickException(f"There is a user {email} already. To set a new password: flask users password {email}")


def _email(text: str) -> str:
    try:
        return read_email(text)
    except NotAnEmail:
        raise click.ClickException(f"{text!r} is not an email address.") from None


def _user(email: str) -> User:
    user = find_user_by_email(_email(email))
    if user is None:
        raise click.ClickException(f"There is no user {email}. Those there are: flask users list")
    return user


def _name(text: str) -> str:
    name = cleaned_line(text)
    if not 0 < len(name) <= 100:
        raise click.UsageError("A name has 1 to 100 characters.")
    return name


def _new_password(given: str | None, email: str) -> str:
    def checked(text: str) -> str:
        try:
            passwords.refuse_weak(text, email=email)
        except passwords.WeakPassword as refusal:
            raise click.UsageError(str(WEAKNESSES[refusal.weakness])) from None
        return text

    return _answer(given, "Password", checked, hide_input=True, confirmation_prompt=True)


def _answer(given: str | None, question: str, read: Callable[[str], str], **options: Any) -> str:
    """What was given must be right; what is asked for is asked again until it is."""
    if given is None:
        answer: str = click.prompt(question, value_proc=read, **options)
        return answer
    try:
        return read(given)
    except click.UsageError as error:
        raise click.ClickException(error.message) from None
