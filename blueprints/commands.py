"""What the commands of all rooms share: a store to work in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from blueprints.shop import find_store
from models import DatabaseBusy, db
from models.base import DiskFailed


def in_a_store(command: Callable[..., None]) -> Callable[..., None]:
    """Says in one line when there is no store, when its database is busy, or the disk full."""

    @wraps(command)
    def checked(**given: Any) -> None:
        if find_store() is None:
            raise click.ClickException("There is no store yet. Make one with: flask init")
        db.session.rollback()  # no read stays open, as it would keep the file from being written anew
        try:
            command(**given)
        except DatabaseBusy:
            raise click.ClickException("Somebody else is saving at this moment. Try again in a few seconds.") from None
        except DiskFailed:
            raise click.ClickException("The disk may be full. Look whether it was done before you try again.") from None

    return checked
