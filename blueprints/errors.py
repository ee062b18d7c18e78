"""Pages for what went wrong: what happened, what is known, and what to do next."""

import logging

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from blueprints import problems
from blueprints.access import put_out
from blueprints.addresses import page_at
from blueprints.filters import when
from blueprints.logs import request_id
from blueprints.problems import FromAnotherSite, NotSetUp
from blueprints.windows import WindowClosed
from models import DatabaseBusy, db
from models.base import DiskFailed, is_busy

log = logging.getLogger("suki")


# Title, what happened, what to do next.
Wording = tuple[str | LazyString, ...]

WORDING: dict[int, Wording] = {
    400: (
        _l("That did not arrive as it should"),
        _l("Part of what your browser sent could not be read."),
        _l("Go back, reload the page, and try again."),
    ),
    403: (
        _l("You can’t open this page"),
        _l("Your account does not have the right to see it or do this."),
        _l("Ask the owner of the store if you need it."),
    ),
    404: (
        _l("This page does not exist"),
        _l("The address may be mistyped, or the page is not here any more."),
        _l("Look for it from the menu, or go back."),
    ),
    405: (
        _l("This can’t be opened like that"),
        _l("The address works only from a button on its page."),
        _l("Open the page that it belongs to, and use the button there."),
    ),
    413: (
        _l("That is too large"),
        _l("What you sent is larger than this page takes, so it was not read. Nothing was changed."),
        _l("Go back and send less, or a smaller file."),
    ),
    429: (
        _l("Too many tries"),
        _l("There were too many tries in a short time."),
        _l("Wait a few minutes, then try again."),
    ),
    503: (
        _l("The store is busy just now"),
        _l("Somebody else is saving at this moment. Nothing was changed."),
        _l("Wait a few seconds, then try again."),
    ),
}
NOT_KNOWN = (
    _l("Something went wrong here"),
    _l("It is our fault, not yours. We could not confirm whether your last change was saved."),
    _l("Open the order or the page again to see how it is now, before you try once more."),
)
DISK_FAILED = (
    _l("Suki could not write to its disk"),
    _l("The disk may be full. We could not confirm whether your last change was saved."),
    _l("Make room on the computer that runs Suki, then open the order or the page again to see how it is now."),
)

OUT_OF_REACH = (
    _l("The store’s database did not answer"),
    _l("Its server may be starting again. Nothing was changed."),
    _l("Wait a few seconds, then try again."),
)


def handle_errors(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(DatabaseBusy, _busy)
    app.register_error_handler(DiskFailed, _not_written)
    app.register_error_handler(WindowClosed, _no_access)
    app.register_error_handler(OperationalError, _not_confirmed)
    app.register_error_handler(Exception, _unexpected)


def _wording(status: int) -> Wording:
    return WORDING.get(status, WORDING[400] if status < 500 else NOT_KNOWN)


def _page(
    status: int, wording: Wording, reference: str | None = None, ticket_id: int | None = None
) -> ResponseReturnValue:
    if problems.is_asked_by_program():
        code = "disk_failed" if wording is DISK_FAILED else problems.code_of(status)
        return problems.answer(code, reference=reference) if reference else problems.answer(code)
    title, message, what_next = wording
    facts = {
        "status": status,
        "title": title,
        "message": message,
        "what_next": what_next,
        "reference": reference,
        "ticket_id": ticket_id,
        "page_above": page_at(request.path) if _has_a_way_back(status) else None,
    }
    try:
        page = render_template("errors/error.html", **facts)
    except SQLAlchemyError:
        # The menu and the store's name come from the database too, and it is the database that failed.
        db.session.rollback()
        g.store = None
        template = current_app.jinja_env.get_template("errors/error.html")
        page = template.render(facts, signed_in=False, language="en")
    return make_response(page, status)


def _has_a_way_back(status: int) -> bool:
    """To the page whose form was sent or whose address lacks an end, where that page is there and may be seen."""
    return status == 405 if request.method == "GET" else status not in (403, 404)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if problems.is_asked_by_program():
        return problems.answer("host_unknown") if isinstance(error, SecurityError) else problems.answer_to(error)
    if isinstance(error, SecurityError):
        # Nothing can be said of addresses here: a page would need the one that is not trusted.
        return Response(f"{_('This is not an address of this store.')}\n", error.code, mimetype="text/plain")
    wording = _wording(error.code)
    if isinstance(error, NotSetUp):
        wording = (
            _("This store is not set up yet"),
            _("There is no store in the database."),
            _("On the computer that runs Suki, stop it and run: flask init"),
        )
    elif isinstance(error, FromAnotherSite):
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


def _no_access(closed: WindowClosed) -> ResponseReturnValue:
    """To an agent of the support team: when access ended, or how it is had. Nothing of any order."""
    db.session.rollback()
    put_out(closed)
    if closed.at is None:
        wording: Wording = (
            _("You have no access to this store’s orders"),
            _("Only the merchant lets support in: on a ticket’s page, under “Access to the store”."),
            _("Ask them for it in the ticket. Once they have opened it, press “Enter the store” there."),
        )
    else:
        wording = (
            _("Your access to this store has ended"),
            _("It ended %(when)s.", when=when(closed.at)),
            _("If the work is not done yet, ask the merchant in the ticket to open it again."),
        )
    log.warning("access refused endpoint=%s ticket=%s", request.endpoint, closed.ticket_id)
    return _page(403, wording, ticket_id=closed.ticket_id)


def _busy(_error: DatabaseBusy) -> ResponseReturnValue:
    db.session.rollback()
    return _try_again(_wording(503))


def _not_confirmed(error: OperationalError) -> ResponseReturnValue:
    if is_busy(error):
        return _busy(DatabaseBusy())
    if error.connection_invalidated and request.method in ("GET", "HEAD"):
        return _try_again(OUT_OF_REACH, _logged(error))
    return _unexpected(error)


def _try_again(wording: Wording, reference: str | None = None) -> ResponseReturnValue:
    answer = make_response(_page(503, wording, reference))
    answer.headers["Retry-After"] = "2"
    return answer


def _not_written(error: DiskFailed) -> ResponseReturnValue:
    return _page(503, DISK_FAILED, _logged(error))


def _unexpected(error: Exception) -> ResponseReturnValue:
    code = error.code if isinstance(error, InternalServerError) else 500
    return _page(code or 500, NOT_KNOWN, _logged(error))


def _logged(error: Exception) -> str:
    """The log and the page share this id. What was typed, names and addresses stay out of the log."""
    db.session.rollback()
    log.error("error %s at %s %s", request_id(), request.method, request.url_rule, exc_info=error)
    return request_id()
