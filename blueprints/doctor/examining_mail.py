"""Whether the mail server can be reached, shows a certificate that holds, and would take an email. No mail is sent."""

import smtplib

from flask_mail import Mail

from blueprints.composing import UnsafeEmail, one_address
from blueprints.doctor.findings import HealthFinding, fail, ok, warn
from blueprints.outbox import mail_is_configured
from blueprints.smtp import SmtpConnection, in_words


def examine_mail_server(mail: Mail, *, sender: str) -> HealthFinding:
    """Waits for it as long as FLASK_MAIL_TIMEOUT says. `sender`: the address that mail comes from."""
    if not mail_is_configured():
        return warn("no_mail_server")
    try:
        address = one_address(sender, "sender")
    except UnsafeEmail:
        return fail("no_mail_sender")
    server = f"{mail.server}:{mail.port}"
    with SmtpConnection(mail) as line:
        try:
            line.knock(address)
        except smtplib.SMTPException as problem:
            return fail("mail_server_silent", server=server, answer=_words(problem))
        except OSError as problem:
            return fail("mail_server_silent", server=server, answer=in_words(problem))
    return ok("mail_server", server=server) if line.is_secure else warn("mail_server_plain", server=server)


def _words(problem: smtplib.SMTPException) -> str:
    return in_words(problem) if isinstance(problem, smtplib.SMTPResponseException | OSError) else str(problem)
