"""Bringing the database up to this version of Suki: kept as it was, changed in one transaction, looked at after."""

from pathlib import Path

from blueprints import schema
from blueprints.backups.copying import NotInAFile, database_file, refuse_unless_whole, refuse_while_open
from blueprints.backups.keeping_backups import BackupKind, make
from models import db
from models.base import on_postgresql


def upgrade(*, keep: int) -> Path | None:
    """Where the store is kept as it was; None when nothing was to be done. Raises NewerSchema; StillOpen, NotWhole and
    BeingMade before anything is changed; NotInAFile where its server is to be asked for a backup."""
    revision = schema.current_revision()
    if revision is None or schema.is_up_to_date():
        return None
    if not schema.is_known(revision):
        raise schema.NewerSchema
    if on_postgresql():
        raise NotInAFile
    db.session.rollback()
    db.engine.dispose()
    refuse_while_open(database_file())
    try:
        kept = make(BackupKind.BEFORE_UPGRADE, keep=keep).path
        schema.bring_up_to_date()
    finally:
        schema.write_ahead()
    refuse_unless_whole(database_file())
    return kept
