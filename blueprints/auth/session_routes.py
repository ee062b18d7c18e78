"""Where people are signed in: everybody for the owner, and each user their own."""

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from blueprints import access
from blueprints.access import Right, needs
from blueprints.auth import auth
from blueprints.auth.browsers import browser_name
from blueprints.auth.ending_sessions import ThisBrowser, end_all_but, end_one, end_others_of
from blueprints.auth.finding_users import MOST_SHOWN, find_open_sessions, find_places
from blueprints.sessions import SESSION_LIMITS
from models import User, UserSession, db


def session_or_404(session_id: int) -> UserSession:
    """The one door to a session: one's own, and for an owner everybody's."""
    found = db.session.get(UserSession, session_id)
    if found is None or not (found.user_id == current_user.id or access.may(Right.MANAGE_STORE)):
        abort(404)
    return found


@auth.get("/settings/sessions")
@needs(Right.MANAGE_STORE)
def all_sessions() -> ResponseReturnValue:
    return _page_of_all()


@auth.post("/settings/sessions/<id:session_id>/sign-out")
@needs(Right.MANAGE_STORE)
def session_end(session_id: int) -> ResponseReturnValue:
    found = session_or_404(session_id)
    try:
        was_open = end_one(session_id, here=g.user_session_id, by=access.actor())
    except ThisBrowser:
        return _page_of_all(refused=True), 409
    if was_open:
        flash(_("%(name)s is signed out there.", name=found.user.name), "done")
    else:
        flash(_("%(name)s was signed out there already.", name=found.user.name), "notice")
    return redirect(url_for(".all_sessions"), 303)


@auth.get("/settings/sessions/everybody")
@needs(Right.MANAGE_STORE)
def everybody() -> ResponseReturnValue:
    others = [place for place in find_places() if place.session.id != g.user_session_id]
    people = {place.session.user_id for place in others} - {current_user.id}
    return render_template(
        "auth/everybody.html",
        people=len(people),
        own=sum(place.session.user_id == current_user.id for place in others),
        in_store=sum(place.in_store_for is not None for place in others),
    )


@auth.post("/settings/sessions/everybody/sign-out")
@needs(Right.MANAGE_STORE)
def everybody_sign_out() -> ResponseReturnValue:
    people = end_all_but(here=g.user_session_id, by=access.actor())
    if people:
        said = ngettext(
            "%(num)s person is signed out. You go on here.", "%(num)s people are signed out. You go on here.", people
        )
        flash(said, "done")
    else:
        flash(_("Nobody else was signed in."), "notice")
    return redirect(url_for(".all_sessions"), 303)


@auth.get("/sessions")
@needs(Right.SIGNED_IN)
def own_sessions() -> ResponseReturnValue:
    return _page_of_own()


@auth.post("/sessions/<id:session_id>/sign-out")
@needs(Right.SIGNED_IN)
def own_session_end(session_id: int) -> ResponseReturnValue:
    if session_or_404(session_id).user_id != current_user.id:
        abort(404)
    try:
        was_open = end_one(session_id, here=g.user_session_id, by=access.actor())
    except ThisBrowser:
        return _page_of_own(refused=True), 409
    if was_open:
        flash(_("You are signed out there."), "done")
    else:
        flash(_("You were signed out there already."), "notice")
    return redirect(url_for(".own_sessions"), 303)


@auth.post("/sessions/others/sign-out")
@needs(Right.SIGNED_IN)
def other_sessions_end() -> ResponseReturnValue:
    if end_others_of(current_user.id, here=g.user_session_id, by=access.actor()):
        flash(_("You are signed out everywhere else. You go on here."), "done")
    else:
        flash(_("You were signed in nowhere else."), "notice")
    back = access.may(Right.MANAGE_STORE) and request.form.get("back") == "all"
    return redirect(url_for(".all_sessions" if back else ".own_sessions"), 303)


def _page_of_all(*, refused: bool = False) -> str:
    """Whoever looks stands first, then who was here last."""
    places: dict[User, list[object]] = {current_user._get_current_object(): []}
    found = find_places()
    for place in found:
        places.setdefault(place.session.user, []).append((place, browser_name(place.session.browser)))
    return render_template(
        "auth/sessions_of_all.html",
        people=places,
        here=g.user_session_id,
        others=len(found) > 1,
        is_full=len(found) >= MOST_SHOWN,
        refused=refused,
    )


def _page_of_own(*, refused: bool = False) -> str:
    idle, whole = SESSION_LIMITS[current_user.role]
    found = find_open_sessions(current_user)
    return render_template(
        "auth/sessions.html",
        places=[(row, browser_name(row.browser)) for row in found],
        here=g.user_session_id,
        idle=idle,
        whole=whole,
        refused=refused,
    )
