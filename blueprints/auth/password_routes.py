"""The password: changing it, and setting a new one by a mailed link when it is forgotten."""

import logging

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from blueprints import background, outbox
from blueprints.access import Right, needs, public
from blueprints.auth import auth
from blueprints.auth.changing_password import change_password
from blueprints.auth.forms import WEAKNESSES, ChangePasswordForm, ForgotPasswordForm, NewPasswordForm
from blueprints.auth.passwords import TooManyAtOnce, WeakPassword, WrongPassword
from blueprints.auth.resetting_password import LinkIsOver, ask_for_reset, reset_password, whose_link
from blueprints.auth.routes import begin_session, slowed
from blueprints.forms import BaseForm
from blueprints.slowing import TooManyTries
from blueprints.visitors import address, browser

log = logging.getLogger("suki")


@auth.route("/password", methods=["GET", "POST"])
@needs(Right.SIGNED_IN)
def password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _password_page(form, 422 if form.is_submitted() else 200)
    user_id = current_user.id
    try:
        token = change_password(
            user_id=user_id,
            current=form.current_password.data,
            new=form.new_password.data,
            address=address(),
            browser=browser(),
        )
    except WeakPassword as refusal:
        form.new_password.errors.append(WEAKNESSES[refusal.weakness])
        return _password_page(form, 422)
    except WrongPassword:
        form.current_password.errors.append(_("This is not the password that you use now."))
        return _password_page(form, 422)
    except (TooManyTries, TooManyAtOnce) as refusal:
        return slowed(form, refusal, _password_page)
    begin_session(user_id, token)
    log.info("password changed user=%s", user_id)
    flash(_("Your password is changed. Every other browser is signed out."), "done")
    return redirect(url_for(".password"), 303)


@auth.route("/password/forgot", methods=["GET", "POST"])
@public
def forgot() -> ResponseReturnValue:
    form = ForgotPasswordForm()
    if not outbox.mail_is_configured():
        return _forgot_page(form, 409 if form.is_submitted() else 200)
    if not form.validate_on_submit():
        return _forgot_page(form, 422 if form.is_submitted() else 200)
    try:
        ask_for_reset(email=form.email.data, address=address())
    except TooManyTries as refusal:
        return slowed(form, refusal, _forgot_page)
    background.wake()
    log.info("password link asked for")
    flash(
        _(
            "If there is an account for %(email)s, a link is on its way there. It works once, and for half an hour.",
            email=form.email.data,
        ),
        "notice",
    )
    return redirect(url_for(".login"), 303)


@auth.route("/password/reset/<secret>", methods=["GET", "POST"])
@public
def reset(secret: str) -> ResponseReturnValue:
    form = NewPasswordForm()
    try:
        email = whose_link(secret)
        if not form.validate_on_submit():
            return _reset_page(form, 422 if form.is_submitted() else 200, secret, email)
        user_id = reset_password(secret, new=form.new_password.data)
    except LinkIsOver:
        return make_response(render_template("auth/link_over.html"), 404)
    except WeakPassword as refusal:
        form.new_password.errors.append(WEAKNESSES[refusal.weakness])
        return _reset_page(form, 422, secret, email)
    except TooManyAtOnce as refusal:
        return slowed(form, refusal, lambda form, status: _reset_page(form, status, secret, email))
    log.info("password reset user=%s", user_id)
    flash(_("Your new password is set. Sign in with it."), "done")
    return redirect(url_for(".login"), 303)


def _password_page(form: BaseForm, status: int) -> Response:
    return make_response(render_template("auth/password.html", form=form), status)


def _forgot_page(form: BaseForm, status: int) -> Response:
    can_mail = outbox.mail_is_configured()
    return make_response(render_template("auth/forgot.html", form=form, can_mail=can_mail), status)


def _reset_page(form: BaseForm, status: int, secret: str, email: str) -> Response:
    return make_response(render_template("auth/reset.html", form=form, secret=secret, email=email), status)
