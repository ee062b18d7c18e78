"""Signing in and out."""

import logging
from collections.abc import Callable
from dataclasses import asdict
from urllib.parse import unquote

from flask import current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user
from werkzeug.wrappers import Response

from blueprints.access import Right, may, needs, public
from blueprints.auth import auth
from blueprints.auth.forms import LoginForm
from blueprints.auth.halfway import Halfway
from blueprints.auth.landing import safe_next
from blueprints.auth.passwords import TooManyAtOnce, WrongPassword
from blueprints.auth.signing_in import sign_in
from blueprints.auth.signing_out import sign_out
from blueprints.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from blueprints.forms import BaseForm
from blueprints.slowing import TooManyTries, network_of
from blueprints.visitors import address, browser, told_to_wait
from models import User, db

log = logging.getLogger("suki")


@auth.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    form = LoginForm(next=request.args.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(landing_of(form.next.data), 303)
    if not form.validate_on_submit():
        return _login_page(form, 422 if form.is_submitted() else 200)
    try:
        signed_in = sign_in(
            email=form.email.data,
            password=form.password.data,
            address=address(),
            browser=browser(),
            instead_of=current_user.token if current_user.is_authenticated else None,
        )
    except WrongPassword:
        log.warning("login failed address=%s", network_of(address()))
        form.form_errors.append(_("The email and the password do not belong together. Look at both and try again."))
        return _login_page(form, 422)
    except (TooManyTries, TooManyAtOnce) as refusal:
        return slowed(form, refusal, _login_page)
    if isinstance(signed_in, Halfway):
        return _begin_halfway(signed_in, form.next.data)
    begin_session(signed_in.user_id, signed_in.token)
    log.info("login ok user=%s", signed_in.user_id)
    return redirect(landing_of(form.next.data), 303)


@auth.post("/logout")
@needs(Right.SIGNED_IN)
def logout() -> ResponseReturnValue:
    user_id = current_user.id
    sign_out(current_user.token)
    log.info("logout user=%s", user_id)
    session.clear()
    flash(_("You are signed out."), "done")
    answer = redirect(url_for(".login"), 303)
    # Not "cookies": they are shared by all ports of a host, and another store may be served there.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _login_page(form: BaseForm, status: int) -> Response:
    form.next.data = safe_next(form.next.data)
    return make_response(
        render_template("auth/login.html", form=form, demo_accounts=DEMO_ACCOUNTS, demo_password=DEMO_PASSWORD),
        status,
    )


def landing_of(target: str | None) -> str:
    """Where somebody was going, when that is a page; else where their work is."""
    target = safe_next(target)
    paths = current_app.create_url_adapter(request)
    if target and target != "/" and paths and paths.test(unquote(target.partition("?")[0]), "GET"):
        return target
    return url_for("orders.today") if may(Right.SEE_SHOP) else url_for("support.tickets")


def _begin_halfway(halfway: Halfway, target: str | None) -> Response:
    """Nobody is signed in yet, nor any more: of what the cookie held before, nothing lives on here either."""
    session.clear()
    session["halfway"] = asdict(halfway)
    session["next"] = safe_next(target)
    log.info("login halfway user=%s", halfway.user_id)
    return redirect(url_for(".login_code" if halfway.has_factor else ".login_second_factor"), 303)


def begin_session(user_id: int, token: str) -> None:
    """Nothing of what the browser's cookie held before lives on: neither an identity nor a form's token."""
    session.clear()
    user = db.session.get_one(User, user_id)
    user.token = token
    login_user(user)


def slowed(
    form: BaseForm, refusal: TooManyTries | TooManyAtOnce, page: Callable[[BaseForm, int], Response]
) -> Response:
    """The same page again, saying how long to wait."""
    if isinstance(refusal, TooManyTries):
        return told_to_wait(form, refusal, page, what="login")
    form.form_errors.append(_("Many people are signing in at this moment. Try again in a few seconds."))
    answer = page(form, 503)
    answer.headers["Retry-After"] = "2"
    return answer
