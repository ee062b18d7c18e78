"""The page of how the store and its computer are."""

from flask import render_template
from flask.typing import ResponseReturnValue

from blueprints.access import Right, needs
from blueprints.doctor import doctor
from blueprints.doctor.examining import examine, this_installation
from blueprints.doctor.examining_mail import examine_own_mail_server
from blueprints.doctor.findings import HealthFinding
from blueprints.doctor.wording import in_utc, in_words
from blueprints.filters import moment
from blueprints.outbox import mail_is_configured
from blueprints.shop import current_store


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
