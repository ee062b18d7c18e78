"""What the log says: a line for each request and for what matters beside, in UTC, and nothing of any customer.

Requests are named by their view, not by their address: in an address stands what somebody searched for."""

import logging
import secrets
import time
import unicodedata
from datetime import UTC, datetime
from typing import TextIO

from flask import Flask, Response, g, has_request_context, request
from sqlalchemy import event
from sqlalchemy.orm import Session

from models import Event

log = logging.getLogger("suki.requests")
history = logging.getLogger("suki.history")
_LINES = "lines_of_log"
MOST_LINES = 100


class OneLine(logging.Formatter):
    """`2026-11-26T09:59:30.123Z INFO req=1a2b3c4d user=3 login ok`. A line break in it would be read as a line of ours,
    so it is written as `\\n`; only what follows an error, its trace, has lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = " ".join([at, record.levelname, *_whose(), escaped(record.getMessage())])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _whose() -> list[str]:
    """The request's id; and the user, once somebody has asked who it is."""
    if not has_request_context():
        return []
    return [f"req={request_id()}", *([f"user={g.user_id}"] if "user_id" in g else [])]


def escaped(text: str) -> str:
    """Control characters as they are written in programs: what was typed adds no lines and colours none."""
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
        else character
        for character in text
    )


def request_id() -> str:
    """Of all lines about one request, and of the error page that it came to."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(4)
    return str(g.request_id)


@event.listens_for(Session, "after_flush")
def _keep_lines(session: Session, _context: object) -> None:
    """Every line of history is one of the log, too; what is done to accounts is said by who does it."""
    lines = [_line_of(done) for done in session.new if isinstance(done, Event) and not done.code.startswith("user.")]
    session.info.setdefault(_LINES, []).extend(lines)


@event.listens_for(Session, "after_commit")
def _say_lines(session: Session) -> None:
    """Once they are true. A whole file of orders is no hundred lines."""
    lines = session.info.pop(_LINES, [])
    for line in lines if len(lines) <= MOST_LINES else [f"{len(lines)} lines of history"]:
        history.info(line)


@event.listens_for(Session, "after_rollback")
def _forget_lines(session: Session) -> None:
    session.info.pop(_LINES, None)


def _line_of(done: Event) -> str:
    facts = {"by": done.user_id, "order": done.order_id, "ticket": done.ticket_id, "window": done.window_id}
    return " ".join([done.code, *(f"{name}={number}" for name, number in facts.items() if number is not None)])


def watch(app: Flask) -> None:
    """Comes first of all that looks at a request, so that its time is counted whole."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.began_at = time.perf_counter()


def _end(response: Response) -> Response:
    if request.endpoint in ("static", "doctor.healthz"):
        return response
    took_ms = round(1000 * (time.perf_counter() - g.began_at)) if "began_at" in g else 0
    level = logging.WARNING if response.status_code >= 500 else logging.INFO
    log.log(level, "%s %s %s %s ms", request.method, request.endpoint or "-", response.status_code, took_ms)
    response.headers["X-Request-Id"] = request_id()
    return response


def write_to(stream: TextIO) -> None:
    """From now on, for as long as the process lasts; the server's own words too."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine())
    for name, level in (("suki", logging.INFO), ("waitress", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)
        logger.propagate = False
