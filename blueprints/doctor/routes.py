"""The page of how the store and its computer are, and what a program that watches the server asks."""

import logging
from email.utils import parseaddr
from pathlib import Path

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from blueprints.access import Right, needs, public
from blueprints.backups.copying import NotInAFile
from blueprints.backups.keeping_backups import newest
from blueprints.doctor import doctor
from blueprints.doctor.examining import Installation, examine
from blueprints.doctor.examining_mail import examine_mail_server
from blueprints.doctor.findings import HealthFinding
from blueprints.doctor.wording import in_utc, in_words
from blueprints.filters import moment
from blueprints.mailing import sender
from blueprints.outbox import mail_is_configured
from blueprints.shop import current_store
from models import db
from models.base import on_postgresql

log = logging.getLogger("suki")
OF_SQLITE, OF_POSTGRESQL = text("SELECT count(*) FROM sqlite_master"), text("SELECT 1")
"""What only the database can answer: SQLite says a constant without a look at its file."""


@doctor.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """For whoever watches the server; a load balancer goes elsewhere."""
    try:
        db.session.execute(OF_POSTGRESQL if on_postgresql() else OF_SQLITE)
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return {"database": "does not answer"}, 503
    return {"database": "ok"}


@doctor.get("/settings/health")
@needs(Right.MANAGE_STORE)
def health() -> ResponseReturnValue:
    found = examine(this_installation())
    return _page(found if mail_is_configured() or current_store().is_demo else [*found, examine_own_mail_server()])


@doctor.post("/settings/health/mail")
@needs(Right.MANAGE_STORE)
def health_of_mail() -> ResponseReturnValue:
    """Asked for by hand: a mail server that is silent is waited for."""
    return _page([*examine(this_installation()), examine_own_mail_server()], asked_mail=True)


def _page(findings: list[HealthFinding], *, asked_mail: bool = False) -> ResponseReturnValue:
    worst_first = sorted(findings, key=lambda finding: finding.level, reverse=True)
    zone_is_known = all(finding.code != "zone_unknown" for finding in findings)
    say_when = moment if zone_is_known else in_utc
    said = [(finding, in_words(finding, say_when)) for finding in worst_first]
    return render_template("doctor/health.html", findings=said, asked_mail=asked_mail)


def this_installation() -> Installation:
    """The one that serves this page, or runs the command."""
    try:
        last = newest()
    except NotInAFile:
        last = None
    return Installation(current_app.config, Path(current_app.instance_path), last.at if last else None)


def examine_own_mail_server() -> HealthFinding:
    """The one that is set up, with the store's own sender where there is a store."""
    try:
        address = sender()[1]
    except (DatabaseError, RuntimeError):  # no store to ask
        address = parseaddr(str(current_app.config["MAIL_DEFAULT_SENDER"] or ""))[1]
    return examine_mail_server(current_app.extensions["mail"], sender=address)
