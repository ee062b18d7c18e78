"""The second step of signing in: the code, or setting up what makes codes."""

import logging
from typing import Any

from flask import flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from blueprints import seals
from blueprints.access import public
from blueprints.auth import auth, codes
from blueprints.auth.entering_code import Waiting, enter_code, who_waits
from blueprints.auth.factor_forms import WRONG_CODE, CodeForm
from blueprints.auth.factor_routes import mark_on_page, show_recovery_codes
from blueprints.auth.halfway import Halfway, SignInIsOver
from blueprints.auth.routes import begin_session, landing_of, slowed
from blueprints.auth.second_factors import WrongCode
from blueprints.auth.setting_up_factor import Newcomer, demo_code, set_up_at_sign_in, who_sets_up
from blueprints.forms import BaseForm
from blueprints.shop import current_store
from blueprints.slowing import TooManyTries
from blueprints.visitors import address, browser

log = logging.getLogger("suki")


@auth.route("/login/code", methods=["GET", "POST"])
@public
def login_code() -> ResponseReturnValue:
    form = CodeForm()
    try:
        halfway = _kept_halfway()
        waiting = who_waits(halfway)
        if not form.validate_on_submit():
            return _code_page(form, 422 if form.is_submitted() else 200, waiting)
        entered = enter_code(halfway, code=form.code.data, address=address(), browser=browser())
    except SignInIsOver:
        return _start_again()
    except WrongCode:
        log.warning("code failed user=%s", halfway.user_id)
        form.code.errors.append(WRONG_CODE)
        return _code_page(form, 422, waiting)
    except TooManyTries as refusal:
        return slowed(form, refusal, lambda form, status: _code_page(form, status, waiting))
    target = session.get("next")
    begin_session(entered.signed_in.user_id, entered.signed_in.token)
    log.info("login ok user=%s", entered.signed_in.user_id)
    _say_what_is_left(entered.recovery_codes_left)
    return redirect(landing_of(target), 303)


@auth.route("/login/second-factor", methods=["GET", "POST"])
@public
def login_second_factor() -> ResponseReturnValue:
    form = CodeForm()
    try:
        halfway = _kept_halfway()
        newcomer = who_sets_up(halfway)
        mark, recovery_mark = mark_on_page(), seals.new_mark()
        if not form.validate_on_submit():
            return _set_up_page(form, 422 if form.is_submitted() else 200, newcomer, mark)
        marks = {"mark": mark, "recovery_mark": recovery_mark}
        signed_in = set_up_at_sign_in(halfway, **marks, code=form.code.data, address=address(), browser=browser())
    except SignInIsOver:
        return _start_again()
    except WrongCode:
        form.code.errors.append(WRONG_CODE)
        return _set_up_page(form, 422, newcomer, mark)
    target = session.get("next")
    begin_session(signed_in.user_id, signed_in.token)
    log.info("login ok user=%s with a new second factor", signed_in.user_id)
    return show_recovery_codes(recovery_mark, then=landing_of(target))


def _kept_halfway() -> Halfway:
    """Raises SignInIsOver when this browser has shown no password, or is signed in."""
    kept: dict[str, Any] | None = session.get("halfway")
    if kept is None or current_user.is_authenticated:
        raise SignInIsOver
    return Halfway(**kept)


def _start_again() -> Response:
    if "halfway" in session:
        flash(_("That took too long, or something changed meanwhile. Sign in again from the start."), "notice")
    session.pop("halfway", None)
    return redirect(url_for(".login", next=session.pop("next", None)), 303)


def _say_what_is_left(recovery_codes: int | None) -> None:
    if recovery_codes is None:
        return
    left = ngettext("%(num)s is left.", "%(num)s are left.", recovery_codes)
    if recovery_codes == 0:
        left = _("None is left: make new ones under Second factor, in the menu with your name.")
    flash(_("That recovery code is used up.") + " " + left, "notice")


def _code_page(form: BaseForm, status: int, waiting: Waiting) -> Response:
    form.code.data = ""
    demo_code = waiting.demo_code if current_store().is_demo else None
    return make_response(render_template("auth/code.html", form=form, email=waiting.email, demo_code=demo_code), status)


def _set_up_page(form: BaseForm, status: int, newcomer: Newcomer, mark: str) -> Response:
    store = current_store()
    secret = codes.secret_of(newcomer.user_id, mark)
    page = render_template(
        "auth/set_up_at_sign_in.html",
        form=form,
        to_scan=codes.to_scan(secret, email=newcomer.email, store_name=store.name),
        demo_code=demo_code(newcomer.user_id, mark) if store.is_demo else None,
    )
    return make_response(page, status)
