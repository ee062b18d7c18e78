"""What runs behind the pages: links that customers asked for, the mail, bulk cancels, imports, and unpaid orders."""

import logging
from datetime import timedelta

from flask import current_app

from blueprints import background, clock
from blueprints.mailing import deliver
from blueprints.orders import bulk_cancelling, bulk_gathering, importing
from blueprints.orders.asking_for_link import mail_links
from blueprints.orders.bulk_routes import ask_support
from blueprints.orders.cancelling_unpaid import Did, look_after_unpaid
from blueprints.outbox import mail_is_configured
from models import DatabaseBusy, db

log = logging.getLogger("suki")
LOOK_EVERY = timedelta(minutes=1)
_LOOKED_AT = "unpaid_orders_looked_at"

# The links before the mail that they leave with.
background.task(mail_links)


@background.task
def deliver_in_background() -> None:
    if mail_is_configured():
        deliver()


@background.task
def carry_on_bulk_cancels() -> None:
    bulk_gathering.discard_old_drafts()
    for bulk_id in bulk_cancelling.waiting_bulks():
        bulk_cancelling.carry_on(bulk_id, enough=background.is_stopping, ask=ask_support)


@background.task
def carry_on_imports() -> None:
    importing.forget_old_files()
    for import_id in importing.waiting_imports():
        try:
            importing.carry_on(import_id, enough=background.is_stopping)
        except DatabaseBusy:
            raise
        except Exception:
            db.session.rollback()
            log.exception("import %s failed", import_id)  # the next one need not wait until this is forgotten


@background.task
def look_after_unpaid_in_background() -> None:
    """No order waits for seconds, so it rests between two looks; not after one that had something to do."""
    now, looked_at = clock.now(), current_app.extensions.get(_LOOKED_AT)
    if looked_at is not None and timedelta(0) <= now - looked_at < LOOK_EVERY:
        return
    did = look_after_unpaid(enough=background.is_stopping)
    if not did[Did.REMINDED] + did[Did.CANCELLED]:
        current_app.extensions[_LOOKED_AT] = now
