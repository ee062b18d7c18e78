"""One’s own second factor: setting it up, its recovery codes, turning it off."""

import logging
from typing import Any

from flask import flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from blueprints import seals
from blueprints.access import Right, needs
from blueprints.auth import auth, codes
from blueprints.auth.changing_factor import FactorIsRequired, NoFactor, renew_recovery_codes, turn_off_factor
from blueprints.auth.factor_forms import WRONG_CODE, RenewForm, SetUpForm, TurnOffForm
from blueprints.auth.passwords import TooManyAtOnce, WrongPassword
from blueprints.auth.routes import begin_session, slowed
from blueprints.auth.second_factors import WrongCode, count_recovery_codes, find_factor, is_required
from blueprints.auth.setting_up_factor import demo_code, set_up_factor
from blueprints.forms import BaseForm
from blueprints.shop import current_store
from blueprints.slowing import TooManyTries
from blueprints.visitors import address, browser
from models import db

log = logging.getLogger("suki")


@auth.get("/second-factor")
@needs(Right.SIGNED_IN)
def second_factor() -> ResponseReturnValue:
    return _page(200)


@auth.route("/second-factor/set-up", methods=["GET", "POST"])
@needs(Right.SIGNED_IN)
def second_factor_set_up() -> ResponseReturnValue:
    form = SetUpForm()
    mark, recovery_mark = mark_on_page(), seals.new_mark()
    if not form.validate_on_submit():
        return _set_up_page(form, 422 if form.is_submitted() else 200)
    user_id = current_user.id
    who = {"user_id": user_id, "password": form.password.data, "address": address(), "browser": browser()}
    try:
        signed_in = set_up_factor(**who, code=form.code.data, mark=mark, recovery_mark=recovery_mark)
    except WrongPassword:
        return _wrong_password(form, _set_up_page)
    except WrongCode:
        form.code.errors.append(WRONG_CODE)
        return _set_up_page(form, 422)
    except (TooManyTries, TooManyAtOnce) as refusal:
        return slowed(form, refusal, _set_up_page)
    begin_session(user_id, signed_in.token)
    log.info("second factor set up user=%s", user_id)
    flash(_("From now on, sign-in asks for a code after the password. Every other browser is signed out."), "done")
    return show_recovery_codes(recovery_mark, then=url_for(".second_factor"))


@auth.post("/second-factor/off")
@needs(Right.SIGNED_IN)
def second_factor_off() -> ResponseReturnValue:
    form = TurnOffForm()
    if not form.validate():
        return _page(422, off_form=form)
    try:
        turn_off_factor(user_id=current_user.id, password=form.password.data, address=address())
    except (FactorIsRequired, NoFactor) as refusal:
        return _page(409, refusal=refusal)
    except WrongPassword:
        return _wrong_password(form, lambda form, status: _page(status, off_form=form))
    except (TooManyTries, TooManyAtOnce) as refusal:
        return slowed(form, refusal, lambda form, status: _page(status, off_form=form))
    log.info("second factor off user=%s", current_user.id)
    flash(_("The second factor is off. Sign-in asks for your password alone."), "done")
    return redirect(url_for(".second_factor"), 303)


@auth.post("/second-factor/recovery-codes")
@needs(Right.SIGNED_IN)
def recovery_codes_renew() -> ResponseReturnValue:
    form, mark = RenewForm(), seals.new_mark()
    if not form.validate():
        return _page(422, renew_form=form)
    who = {"user_id": current_user.id, "password": form.password.data, "address": address()}
    try:
        renew_recovery_codes(**who, recovery_mark=mark)
    except NoFactor as refusal:
        return _page(409, refusal=refusal)
    except WrongPassword:
        return _wrong_password(form, lambda form, status: _page(status, renew_form=form))
    except (TooManyTries, TooManyAtOnce) as refusal:
        return slowed(form, refusal, lambda form, status: _page(status, renew_form=form))
    log.info("recovery codes renewed user=%s", current_user.id)
    flash(_("These are new. The old ones no longer work."), "done")
    return show_recovery_codes(mark, then=url_for(".second_factor"))


@auth.get("/second-factor/recovery-codes")
@needs(Right.SIGNED_IN)
def recovery_codes() -> ResponseReturnValue:
    shown = seals.shown_lately("recovery")
    if shown is None:
        return redirect(url_for(".second_factor"), 303)
    found = codes.recovery_codes_of(current_user.id, shown["mark"])
    return render_template("auth/recovery_codes.html", codes=[codes.grouped(code) for code in found])


@auth.post("/second-factor/recovery-codes/kept")
@needs(Right.SIGNED_IN)
def recovery_codes_kept() -> ResponseReturnValue:
    shown = session.pop("recovery", None)
    return redirect(shown["then"] if shown else url_for(".second_factor"), 303)


def mark_on_page() -> str:
    """Of the secret that the page shows, the same when it is read again. One that was shown long ago, perhaps to
    somebody else at this desk, is not used any more."""
    if seals.shown_lately("factor") is None:
        seals.show("factor", seals.new_mark())
    return str(session["factor"]["mark"])


def show_recovery_codes(mark: str, *, then: str) -> Response:
    """They are not in the cookie: only what they are worked out from, together with the store's key."""
    seals.show("recovery", mark, then=then)
    session.pop("factor", None)
    return redirect(url_for(".recovery_codes"), 303)


def _wrong_password(form: BaseForm, page: Any) -> Response:
    form.password.errors.append(_("This is not the password that you sign in with."))
    answer: Response = page(form, 422)
    return answer


def _set_up_page(form: BaseForm, status: int) -> Response:
    form.code.data = ""
    store, mark = current_store(), mark_on_page()
    secret = codes.secret_of(current_user.id, mark)
    page = render_template(
        "auth/set_up.html",
        form=form,
        to_scan=codes.to_scan(secret, email=current_user.email, store_name=store.name),
        is_another=find_factor(db.session(), current_user.id) is not None,
        demo_code=demo_code(current_user.id, mark) if store.is_demo else None,
    )
    return make_response(page, status)


def _page(
    status: int,
    *,
    renew_form: BaseForm | None = None,
    off_form: BaseForm | None = None,
    refusal: FactorIsRequired | NoFactor | None = None,
) -> Response:
    refusals = {
        FactorIsRequired: _("Whoever is of the support team signs in with a second factor, so it stays on."),
        NoFactor: _("You have no second factor. It was turned off or reset meanwhile."),
    }
    page = render_template(
        "auth/second_factor.html",
        factor=find_factor(db.session(), current_user.id),
        codes_left=count_recovery_codes(db.session(), current_user.id),
        is_required=is_required(current_user.role),
        renew_form=renew_form or RenewForm(formdata=None),
        off_form=off_form or TurnOffForm(formdata=None),
        refusal=refusals[type(refusal)] if refusal else None,
    )
    return make_response(page, status)
