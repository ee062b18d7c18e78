"""The page of how the store and its computer are."""

from email.utils import parseaddr
from pathlib import Path

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DatabaseError

from blueprints.access import Right, needs
from blueprints.backups.copying import NotInAFile
from blueprints.backups.keeping import newest
from blueprints.doctor import doctor
from blueprints.doctor.examining import Installation, examine
from blueprints.doctor.examining_mail import examine_mail_server
from blueprints.doctor.findings import Finding
from blueprints.doctor.wording import in_utc, in_words
from blueprints.filters import moment
from blueprints.mailing import sender


@doctor.get("/settings/health")
@needs(Right.MANAGE_STORE)
def health() -> ResponseReturnValue:
    return _page(examine(installation()))


@doctor.post("/settings/health/mail")
@needs(Right.MANAGE_STORE)
def health_of_mail() -> ResponseReturnValue:
    """Asked for by hand: a mail server that is silent is waited for."""
    return _page([*examine(installation()), mail_server()], asked_mail=True)


def _page(findings: list[Finding], *, asked_mail: bool = False) -> ResponseReturnValue:
    worst_first = sorted(findings, key=lambda finding: finding.level, reverse=True)
    zone_is_known = all(finding.code != "zone_unknown" for finding in findings)
    say_when = moment if zone_is_known else in_utc
    said = [(finding, in_words(finding, say_when)) for finding in worst_first]
    return render_template("doctor/health.html", findings=said, asked_mail=asked_mail)


def installation() -> Installation:
    try:
        last = newest()
    except NotInAFile:
        last = None
    return Installation(current_app.config, Path(current_app.instance_path), last.at if last else None)


def mail_server() -> Finding:
    try:
        address = sender()[1]
    except (DatabaseError, RuntimeError):  # no store to ask
        address = parseaddr(str(current_app.config["MAIL_DEFAULT_SENDER"] or ""))[1]
    return examine_mail_server(current_app.extensions["mail"], sender=address)
