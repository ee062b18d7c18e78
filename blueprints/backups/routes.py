"""The Backups page: what is kept, one made now, one downloaded."""

import logging
import sqlite3

from flask import abort, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access, clock
from blueprints.access import Right, needs
from blueprints.backups import backups
from blueprints.backups.copying import NotInAFile, NotWhole
from blueprints.backups.keeping_backups import LONG_AGO, Backup, BackupKind, BeingMade, kept, make, newest

log = logging.getLogger("suki")


@backups.get("/settings/backups")
@needs(Right.MANAGE_STORE)
def listing() -> ResponseReturnValue:
    try:
        found, last = kept(), newest()
    except NotInAFile:
        return render_template("backups/elsewhere.html")
    return render_template(
        "backups/list.html",
        backups=found,
        last=last,
        is_long_ago=last is None or clock.now() - last.at > LONG_AGO,
        every_hours=current_app.config["BACKUP_EVERY_HOURS"],
        keep=current_app.config["BACKUP_KEEP"],
    )


@backups.post("/settings/backups/make")
@needs(Right.MANAGE_STORE)
def make_now() -> ResponseReturnValue:
    try:
        made = make(BackupKind.BY_HAND, keep=current_app.config["BACKUP_KEEP"])
    except NotInAFile:
        abort(404)
    except BeingMade:
        flash(_("A backup is being made at this moment."), "notice")
    except NotWhole as problem:
        log.error("backup: the database is damaged: %s", problem.finding)
        flash(_("No backup was made: a part of the database can’t be read. Ask for help before you go on."), "problem")
    except (OSError, sqlite3.Error) as problem:
        log.error("backup failed: %s", problem)
        flash(_("No backup was made: it could not be written. Is the disk full?"), "problem")
    else:
        log.info("backup %s made by user %s", made.name, access.actor().user_id)
        flash(_("The backup is made."), "done")
    return redirect(url_for(".listing"), 303)


@backups.get("/settings/backups/<name>")
@needs(Right.MANAGE_STORE)
def download(name: str) -> ResponseReturnValue:
    """All customers and all orders in one file: whoever takes it shows once more that it is them."""
    backup = next((backup for backup in _kept_here() if backup.name == name), None) or abort(404)
    if not access.has_proven_lately():
        flash(_("Give your password first: a backup holds everything that the store knows."), "notice")
        return redirect(url_for("auth.confirm", next=url_for(".listing")), 303)
    log.info("backup %s downloaded by user %s", backup.name, access.actor().user_id)
    return send_file(backup.path, "application/vnd.sqlite3", as_attachment=True, download_name=backup.name, etag=False)


def _kept_here() -> list[Backup]:
    try:
        return kept()
    except NotInAFile:
        return []
