"""`flask demo`: a full store to look at and to try things in."""

import sys

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from blueprints import schema
from blueprints.auth.passwords import hash_password
from blueprints.demo import demo
from blueprints.demo.making import NotADemo, is_demo, make_demo
from blueprints.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from blueprints.orders.telling import customer_email
from models import DatabaseBusy, db


@demo.cli.command("demo")
@click.option("--reset", is_flag=True, help="Make the demo new: what was done in it is gone.")
def make(reset: bool) -> None:
    """Make a demo store with orders in every state. Never touches a store that is not a demo."""
    try:
        was_there = _look()
        if not schema.is_up_to_date():
            schema.bring_up_to_date()
        if reset or not was_there:
            make_demo(password_hash=hash_password(DEMO_PASSWORD), write_email=customer_email, anew=reset)
    except NotADemo:
        sys.exit(
            "The database is not a demo, so it was left alone. To have a demo beside it: "
            "FLASK_INSTANCE_PATH=instance/demo flask demo"
        )
    except schema.NewerSchema:
        sys.exit("This demo was made by a newer Suki, so it was left alone. Update Suki, or remove the demo’s folder.")
    except DatabaseBusy:
        sys.exit("Somebody is saving in the demo just now. Nothing was changed; try again.")
    state = "new again" if reset and was_there else "there already" if was_there else "ready"
    click.echo(f"The demo is {state}. Serve it with flask serve, and sign in as {_who()}: password {DEMO_PASSWORD}")


def _look() -> bool:
    """Whether the demo is there. Raises NotADemo, for a file that is no database as well."""
    try:
        return is_demo(db.session())
    except OperationalError:
        raise
    except DatabaseError as error:
        raise NotADemo from error
    finally:
        db.session.remove()


def _who() -> str:
    return ", ".join(f"{account.email} ({account.role})" for account in DEMO_ACCOUNTS)
