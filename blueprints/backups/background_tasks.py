"""What runs behind the pages: the backup that is made every day."""

import logging
import sqlite3
from datetime import timedelta

from flask import current_app

from blueprints import background, clock
from blueprints.backups.copying import NotInAFile, NotWhole
from blueprints.backups.keeping_backups import make_when_due
from blueprints.shop import find_store

log = logging.getLogger("suki")
REST = timedelta(hours=1)
"""After one that failed: each try reads the whole store, and may fill what room the disk still has for orders."""
_FAILED_AT = "backup_failed_at"


@background.task
def back_up_in_background() -> None:
    """A demo has nothing to lose."""
    every, store = timedelta(hours=current_app.config["BACKUP_EVERY_HOURS"]), find_store()
    if not every or store is None or store.is_demo:
        return
    now, failed_at = clock.now(), current_app.extensions.get(_FAILED_AT)
    if failed_at is not None and timedelta(0) <= now - failed_at < REST:
        return
    try:
        made = make_when_due(every=every, keep=current_app.config["BACKUP_KEEP"])
    except NotInAFile:
        return
    except (NotWhole, OSError, sqlite3.Error):
        current_app.extensions[_FAILED_AT] = now
        raise
    if made is not None:
        log.info("backup %s made", made.name)
