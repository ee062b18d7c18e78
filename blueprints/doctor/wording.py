"""The sentences of what was found, for the page and for the command."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from blueprints.doctor.findings import HealthFinding
from blueprints.filters import file_size

SENTENCES: dict[str, LazyString] = {
    "address_secure": _l("The address is %(address)s, over https."),
    "address_here": _l("The address is %(address)s: for this computer alone."),
    "address_plain": _l("The address is %(address)s: outside of this computer it must begin with https://."),
    "no_proxy_trusted": _l(
        "No proxy is trusted, so everybody seems to come from one address. "
        "Behind Caddy or nginx set FLASK_TRUSTED_PROXIES=1."
    ),
    "debug_on": _l("FLASK_DEBUG is on: it shows the program’s insides. Switch it off."),
    "key_in_settings": _l("The key is strong, and comes from FLASK_SECRET_KEY."),
    "key_kept": _l("The key is strong, and %(path)s is for its owner alone."),
    "key_open": _l("Others on this computer can read %(path)s. Run: chmod 600 %(path)s"),
    "files_closed": _l("What lies in %(path)s is for its owner alone."),
    "others_may_read": _l("Others on this computer can read %(path)s. Run: chmod o-rwx %(path)s"),
    "not_writable": _l("Suki can’t write to %(path)s."),
    "disk": _l("On the disk %(free)s are free, %(percent)s %%."),
    "disk_full": _l("On the disk only %(free)s are free. Make room before orders can’t be saved."),
    "clock": _l("The clock says %(now)s."),
    "clock_behind": _l("The clock says %(now)s, but something happened %(ahead)s already. Set the clock."),
    "clock_not_set": _l("The clock says %(now)s, which is long over. Set the clock."),
    "other_database": _l("The database is a server’s (%(name)s)."),
    "sqlite": _l("SQLite is %(version)s; 3.34 or newer is needed."),
    "pragma": _l("SQLite’s %(pragma)s is %(value)s, not %(wanted)s. With Suki stopped, run: flask init"),
    "whole": _l("The database is whole."),
    "whole_elsewhere": _l("Whether the database is whole, its own server says."),
    "damaged": _l("The database is damaged (%(finding)s). Stop Suki, and put the last backup back: flask restore"),
    "unreadable": _l("The database can’t be read (%(finding)s)."),
    "no_store": _l("There is no store yet. Make one with: flask init"),
    "schema": _l("The database is up to date."),
    "older_schema": _l("The database is of an older Suki. With Suki stopped, run: %(command)s"),
    "newer_schema": _l("The database was made by a newer Suki. Upgrade Suki."),
    "zone": _l("Times are shown as in %(zone)s."),
    "zone_unknown": _l("The time zone %(zone)s is not known here. Choose another in Settings, Store."),
    "mail_flows": _l("No email has failed that somebody should see to, and none waits for long."),
    "mail_failed": _l("Of the emails, %(many)s failed and nobody was written to again: see the outbox."),
    "mail_waits": _l(
        "An email waits since %(since)s. See the outbox, and whether Suki or the timer of flask work runs."
    ),
    "mail_server": _l("The mail server %(server)s answers, and lets Suki in."),
    "mail_server_plain": _l("The mail server %(server)s answers, but over a line that others can read along."),
    "mail_server_silent": _l("The mail server %(server)s: %(answer)s"),
    "no_mail_server": _l("No mail server is set up, so nobody is mailed."),
    "no_mail_sender": _l("Mail has no sender: set FLASK_MAIL_DEFAULT_SENDER."),
    "backup": _l("The last backup was made %(at)s."),
    "backup_elsewhere": _l("Backups are made by the database’s own server."),
    "no_backup": _l("There is no backup yet. Make one with: flask backup"),
    "no_backup_of_demo": _l("A demo needs no backup, and has none."),
}


def in_utc(at: datetime) -> str:
    """As the command says it, whatever is wrong with the store’s own zone and language."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def in_words(finding: HealthFinding, say_when: Callable[[datetime], str] = in_utc) -> str:
    facts = {name: _shown(name, fact, say_when) for name, fact in finding.facts.items()}
    return str(SENTENCES[finding.code]) % facts


def _shown(name: str, fact: Any, say_when: Callable[[datetime], str]) -> Any:
    if isinstance(fact, datetime):
        return say_when(fact)
    return file_size(fact) if name == "free" else fact
