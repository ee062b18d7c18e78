"""`flask users …`: the people who sign in, for whoever has the computer that runs Suki."""

import click
from flask.cli import AppGroup

from blueprints.auth import auth
from blueprints.auth.adding_users import EmailTaken, add_user
from blueprints.auth.changing_factor import NoFactor, reset_factor
from blueprints.auth.changing_users import LastOwner, disable_user, enable_user, set_password
from blueprints.auth.email_addresses import name_out_of
from blueprints.auth.finding_users import find_user_by_email, find_users
from blueprints.auth.prompts_cli import answer, new_password, read_address, read_name
from blueprints.commands import in_a_store
from blueprints.filters import local
from models import SYSTEM, Role, User

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
    email = answer(email, "Email", read_address)
    if find_user_by_email(email) is not None:
        raise _taken(email)
    if name is None and password is not None:
        name = name_out_of(email)  # whoever gives the password may be a script, which has no answer
    name = answer(name, "Name", read_name, default=name_out_of(email))
    role = role or click.prompt("Role", type=click.Choice([known.value for known in Role]), default=Role.STAFF.value)
    password = new_password(password, "Password", email=email)
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
    set_password(user.id, password=new_password(password, "Password", email=user.email), email=user.email, by=SYSTEM)
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


def _user(email: str) -> User:
    user = find_user_by_email(email.strip().lower())
    if user is None:
        raise click.ClickException(f"There is no user {email}. Those there are: flask users list")
    return user
