"""Pages for what went wrong: what happened, what is known, and what to do next."""

import logging
import secrets

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from models import DatabaseBusy, db

log = logging.getLogger("suki")


def handle_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(DatabaseBusy, _busy)
    app.register_error_handler(OperationalError, _not_confirmed)
    app.register_error_handler(Exception, _unexpected)


def _wording(status: int) -> tuple[str, str, str]:
    """Title, what happened, what to do next."""
    known = {
        400: (
            _("That did not arrive as it should"),
            _("Part of what your browser sent could not be read."),
            _("Go back, reload the page, and try again."),
        ),
        403: (
            _("You can’t open this page"),
            _("Your account does not have the right to see it or do this."),
            _("Ask the owner of the store if you need it."),
        ),
        404: (
            _("This page does not exist"),
            _("The address may be mistyped, or what it led to is not here."),
            _("Look for it from the menu, or go back."),
        ),
        405: (
            _("This can’t be opened like that"),
            _("The address works only from a button on its page."),
            _("Go back and use the button there."),
        ),
        413: (
            _("That is too large"),
            _("What you sent is larger than this page takes, so it was not read. Nothing was changed."),
            _("Go back and send less, or a smaller file."),
        ),
        429: (
            _("Too many tries"),
            _("There were too many tries in a short time."),
            _("Wait a few minutes, then try again."),
        ),
        503: (
            _("The store is busy just now"),
            _("Somebody else is saving at this moment. Nothing was changed."),
            _("Wait a few seconds, then try again."),
        ),
    }
    fallback = known[400] if status < 500 else _not_known()
    return known.get(status, fallback)


def _not_known() -> tuple[str, str, str]:
    return (
        _("Something went wrong here"),
        _("It is our fault, not yours. We could not confirm whether your last change was saved."),
        _("Open the order or the page again to see how it stands, before you try once more."),
    )


def _page(status: int, wording: tuple[str, str, str], reference: str | None = None) -> ResponseReturnValue:
    title, message, what_next = wording
    page = render_template(
        "errors/error.html",
        status=status,
        title=title,
        message=message,
        what_next=what_next,
        reference=reference,
    )
    return make_response(page, status)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if isinstance(error, SecurityError):
        # Nothing can be said of addresses here: a page would need the one that is not trusted.
        return Response(f"{_('This is not an address of this store.')}\n", error.code, mimetype="text/plain")
    wording = _wording(error.code)
    if error.code == 503 and error.description == "not set up":
        wording = (
            _("This store is not set up yet"),
            _("There is no store in the database."),
            _("On the computer that runs Suki, stop it and run: flask init"),
        )
    elif error.code == 403 and error.description == "other site":
        wording = (
            _("That came from another site"),
            _("A page of another site tried to send this. Nothing was changed."),
            _("Open Suki from its own address and try again there."),
        )
    answer = make_response(_page(error.code, wording))
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer


def _stale_form(error: CSRFError) -> ResponseReturnValue:
    return _page(
        400,
        (
            _("This page was open for too long"),
            _("You may have signed in again since, or cookies are switched off. Nothing was changed."),
            _("Go back, reload the page, and send it again."),
        ),
    )


def _busy(error: DatabaseBusy) -> ResponseReturnValue:
    db.session.rollback()
    answer = make_response(_page(503, _wording(503)))
    answer.headers["Retry-After"] = "2"
    return answer


def _not_confirmed(error: OperationalError) -> ResponseReturnValue:
    if "locked" in str(error.orig):
        return _busy(DatabaseBusy())
    return _unexpected(error)


def _unexpected(error: Exception) -> ResponseReturnValue:
    """The log and the page share an id. What was typed, names and addresses stay out of the log."""
    db.session.rollback()
    reference = secrets.token_hex(4)
    log.error("error %s at %s %s", reference, request.method, request.url_rule, exc_info=error)
    code = error.code if isinstance(error, InternalServerError) else 500
    return _page(code or 500, _not_known(), reference)
