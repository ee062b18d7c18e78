"""Asking for the password again, and back to where it was needed."""

import logging
from collections.abc import Callable
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField
from wtforms.validators import InputRequired

from blueprints.access import Right, needs
from blueprints.auth import auth
from blueprints.auth.confirming import confirm as confirm_password
from blueprints.auth.landing import safe_next
from blueprints.auth.passwords import TooManyAtOnce, WrongPassword
from blueprints.auth.routes import slowed
from blueprints.forms import BaseForm
from blueprints.slowing import TooManyTries, network_of
from blueprints.visitors import address

log = logging.getLogger("suki")


class ConfirmForm(BaseForm):
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password."))])
    next = HiddenField()


@auth.route("/confirm", methods=["GET", "POST"])
@needs(Right.SIGNED_IN)
def confirm() -> ResponseReturnValue:
    form = ConfirmForm(next=request.args.get("next"))
    if not form.validate_on_submit():
        return _confirm_page(form, 422 if form.is_submitted() else 200)
    if (refused := refuse_wrong_password(form, _confirm_page)) is not None:
        return refused
    return redirect(safe_next(form.next.data) or url_for("help.contents"), 303)


def refuse_wrong_password(form: Any, page: Callable[[Any, int], Response]) -> ResponseReturnValue | None:
    """The page again, when the password in the form is not that of whoever sent it; None when it is."""
    try:
        confirm_password(
            user_id=current_user.id,
            user_session_id=g.user_session_id,
            password=form.password.data,
            address=address(),
        )
    except WrongPassword:
        log.warning("confirm failed user=%s address=%s", current_user.id, network_of(address()))
        form.password.errors = [_("This is not the password that you sign in with.")]
        return page(form, 422)
    except (TooManyTries, TooManyAtOnce) as refusal:
        return slowed(form, refusal, page)
    return None


def _confirm_page(form: BaseForm, status: int) -> Response:
    form.next.data = safe_next(form.next.data)
    return make_response(render_template("auth/confirm.html", form=form), status)
