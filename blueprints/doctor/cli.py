"""`flask doctor`: how the store and its computer are, a line each."""

import sys

import click
from flask_babel import force_locale

from blueprints.backups.copying import NotWhole, database_file, refuse_unless_whole
from blueprints.doctor import doctor
from blueprints.doctor.examining import examine
from blueprints.doctor.findings import HealthFinding, Level
from blueprints.doctor.routes import examine_own_mail_server, this_installation
from blueprints.doctor.wording import in_words


@doctor.cli.command("doctor")
def look() -> None:
    """Look at settings, files, disk, clock, database, mail and backups. Fails when something does not work."""
    with force_locale("en"):  # the store, which may be what is broken, is not asked for its language
        findings = [*examine(this_installation(), damage=_damage), examine_own_mail_server()]
        for finding in findings:
            click.echo(_line(finding))
    sys.exit(1 if any(finding.level is Level.FAIL for finding in findings) else 0)


def _damage() -> str | None:
    """As a backup asks it: what is called whole here is what one can be made of."""
    try:
        refuse_unless_whole(database_file())
    except NotWhole as damaged:
        return damaged.finding
    return None


def _line(finding: HealthFinding) -> str:
    return f"{finding.level.name.lower():<5} {in_words(finding)}"
