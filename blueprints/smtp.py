"""The line to the mail server."""

import contextlib
import smtplib
import socket
import ssl
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from types import TracebackType
from urllib.parse import urlsplit

import flask_mail
from flask import current_app

from blueprints.composing import FinishedEmail

# A server may think about an email for minutes before it takes it, and must not get it twice for that.
_PATIENCE = 6
EMAILS_PER_LINE = 50


class _Server(smtplib.SMTP):
    """Bounds the time of each answer as a whole, and keeps the last one: smtplib throws away the one to an email."""

    answer: tuple[int, bytes] = (0, b"")
    patience = 1
    sock: socket.socket
    timeout: float

    def getreply(self) -> tuple[int, bytes]:
        self.sock.settimeout(self.timeout * self.patience)
        # The socket's own limit begins anew with each byte, and a server that drips them would hold us for hours.
        with _cut_off(self.sock, after_s=self.timeout * self.patience):
            self.answer = super().getreply()
        return self.answer

    def data(self, msg: object) -> tuple[int, bytes]:
        self.patience = _PATIENCE
        try:
            return super().data(msg)  # type: ignore[arg-type]  # as sendmail hands it over
        finally:
            self.patience = 1


class _SecureServer(_Server, smtplib.SMTP_SSL):
    pass


@contextmanager
def _cut_off(sock: socket.socket, *, after_s: float) -> Iterator[None]:
    def cut() -> None:
        with contextlib.suppress(OSError):  # closed already
            sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(after_s, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class SmtpConnection(flask_mail.Connection):
    """Flask-Mail's connection, but for what it leaves out: certificates are checked, and nothing waits for ever.
    Dials when there is an email to post, and again after as many as servers like to take at a time."""

    host: _Server | None
    posted = 0

    def __enter__(self) -> "SmtpConnection":
        self.host = None
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.hang_up()

    def post(self, email: FinishedEmail) -> str:
        """Returns the server's own words when it has taken the email; raises what smtplib and sockets raise."""
        if self.posted == EMAILS_PER_LINE:
            self.hang_up()
        if self.host is None:
            self.host = self.configure_host()
        self.posted += 1
        self.num_emails = -1  # Flask-Mail's own limit would say QUIT before the caller could note what was sent
        self.send(email)
        return in_words(self.host.answer)

    def knock(self, sender: str) -> None:
        """Begins an email and takes it back: a server that wants a login says so only then. Raises as post does."""
        self.host = self.configure_host()
        self.host.ehlo_or_helo_if_needed()
        code, words = self.host.mail(sender)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, words, sender)
        self.host.rset()

    def hang_up(self) -> None:
        """Says QUIT; whether the server hears it changes nothing."""
        if self.host is not None:
            try:
                self.host.quit()
            except (smtplib.SMTPException, OSError):
                self.host.close()
        self.host, self.posted = None, 0

    @property
    def is_secure(self) -> bool:
        return bool(self.mail.use_tls or self.mail.use_ssl)

    def configure_host(self) -> _Server:
        mail, timeout = self.mail, float(current_app.config["MAIL_TIMEOUT"])
        port, own_name = int(mail.port or 0), _own_name()
        context = ssl.create_default_context()
        host: _Server
        if mail.use_ssl:
            host = _SecureServer(mail.server, port, local_hostname=own_name, timeout=timeout, context=context)
        else:
            host = _Server(mail.server, port, local_hostname=own_name, timeout=timeout)
        try:
            if mail.use_tls:
                host.starttls(context=context)
            if mail.username and mail.password:
                host.login(str(mail.username), str(mail.password))
        except BaseException:
            host.close()
            raise
        return host


def _own_name() -> str:
    """Who we say we are. smtplib would ask the network for a name, and may wait for it long."""
    name = urlsplit(str(current_app.config["BASE_URL"])).hostname or "localhost"
    return f"[{name}]" if name.replace(".", "").isdigit() or ":" in name else name


def in_words(answer: tuple[int, bytes | str] | OSError) -> str:
    """An answer of the server, or why there was none, as one line that may be shown."""
    if isinstance(answer, smtplib.SMTPResponseException):
        answer = (answer.smtp_code, answer.smtp_error)
    elif isinstance(answer, OSError):
        answer = (0, answer.strerror or str(answer))
    code, text = answer
    text = text.decode(errors="replace") if isinstance(text, bytes) else text
    line = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in text)
    return " ".join(f"{code if code > 0 else ''} {line}".split())[:500]
