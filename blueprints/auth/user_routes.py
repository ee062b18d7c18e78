"""The owner's list of users: who may sign in, and as what."""

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from blueprints import access, background, outbox
from blueprints.access import Right, needs
from blueprints.auth import auth
from blueprints.auth.adding_users import EmailTaken, add_user, invite_user
from blueprints.auth.browsers import browser_name
from blueprints.auth.changing_factor import NoFactor, reset_factor
from blueprints.auth.changing_users import (
    LastOwner,
    OwnAccount,
    WorkUnderway,
    change_user,
    disable_user,
    enable_user,
    set_password,
    sign_out_everywhere,
)
from blueprints.auth.finding_users import find_history, find_open_sessions, find_users
from blueprints.auth.forms import WEAKNESSES
from blueprints.auth.passwords import TooManyAtOnce, WeakPassword
from blueprints.auth.routes import slowed
from blueprints.auth.second_factors import find_factor, is_required
from blueprints.auth.user_forms import AddUserForm, SetPasswordForm, UserForm
from blueprints.forms import BaseForm
from models import Role, User, db

REFUSALS = {
    OwnAccount: _l("You can’t take this from your own account. Another owner has to do it."),
    NoFactor: _l("There is no second factor to reset: it was never set up, or somebody was quicker."),
    LastOwner: _l("This is the last owner who can sign in. Make somebody else an owner first."),
    WorkUnderway: _l(
        "Suki is still importing or cancelling orders in this person’s name. Wait until that is through, then make "
        "them support."
    ),
}


@auth.get("/settings/users")
@needs(Right.MANAGE_STORE)
def users() -> ResponseReturnValue:
    return render_template("auth/users.html", users=find_users())


@auth.route("/settings/users/new", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def user_new() -> ResponseReturnValue:
    form = AddUserForm()
    if not form.validate_on_submit():
        return _new_page(form, 422 if form.is_submitted() else 200)
    who = {"email": form.email.data, "name": form.name.data, "role": Role(form.role.data), "by": access.actor()}
    try:
        user_id = invite_user(**who) if form.is_invitation else add_user(**who, password=form.password.data or "")
    except WeakPassword as refusal:
        form.password.errors.append(WEAKNESSES[refusal.weakness])
        return _new_page(form, 422)
    except EmailTaken:
        form.email.errors.append(_("Somebody with this email is on the list already."))
        return _new_page(form, 409)
    except TooManyAtOnce as refusal:
        return slowed(form, refusal, _new_page)
    if form.is_invitation:
        background.wake()
        flash(_("%(name)s is added. A link to choose a password is on its way.", name=form.name.data), "done")
    else:
        flash(_("%(name)s is added and can sign in now. Tell them the password.", name=form.name.data), "done")
    return redirect(url_for(".user", user_id=user_id), 303)


@auth.route("/settings/users/<id:user_id>", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def user(user_id: int) -> ResponseReturnValue:
    found = _user_or_404(user_id)
    form = UserForm(obj=found)
    if not form.validate_on_submit():
        return _user_page(found, 422 if form.is_submitted() else 200, form=form)
    try:
        change_user(user_id, name=form.name.data, role=Role(form.role.data), by=access.actor())
    except (OwnAccount, LastOwner, WorkUnderway) as refusal:
        return _user_page(found, 409, form=form, refusal=refusal)
    flash(_("Saved."), "done")
    return redirect(url_for(".users"), 303)


@auth.post("/settings/users/<id:user_id>/disable")
@needs(Right.MANAGE_STORE)
def user_disable(user_id: int) -> ResponseReturnValue:
    found = _user_or_404(user_id)
    try:
        disable_user(user_id, by=access.actor())
    except (OwnAccount, LastOwner) as refusal:
        return _user_page(found, 409, refusal=refusal)
    flash(_("%(name)s is signed out and can’t sign in any more.", name=found.name), "done")
    return redirect(url_for(".user", user_id=user_id), 303)


@auth.post("/settings/users/<id:user_id>/enable")
@needs(Right.MANAGE_STORE)
def user_enable(user_id: int) -> ResponseReturnValue:
    found = _user_or_404(user_id)
    enable_user(user_id, by=access.actor())
    flash(_("%(name)s can sign in again.", name=found.name), "done")
    return redirect(url_for(".user", user_id=user_id), 303)


@auth.post("/settings/users/<id:user_id>/sign-out")
@needs(Right.MANAGE_STORE)
def user_sign_out(user_id: int) -> ResponseReturnValue:
    found = _user_or_404(user_id)
    sign_out_everywhere(user_id, by=access.actor())
    flash(_("%(name)s is signed out everywhere.", name=found.name), "done")
    if request.form.get("back") == "all":
        return redirect(url_for(".all_sessions"), 303)
    return redirect(url_for(".user", user_id=user_id), 303)


@auth.post("/settings/users/<id:user_id>/password")
@needs(Right.MANAGE_STORE)
def user_password(user_id: int) -> ResponseReturnValue:
    found = _user_or_404(user_id)
    form = SetPasswordForm()
    if not form.validate():
        return _user_page(found, 422, password_form=form)
    try:
        set_password(user_id, password=form.password.data, email=found.email, by=access.actor())
    except WeakPassword as refusal:
        form.password.errors.append(WEAKNESSES[refusal.weakness])
        return _user_page(found, 422, password_form=form)
    except OwnAccount as refusal:
        return _user_page(found, 409, refusal=refusal)
    except TooManyAtOnce as refusal:
        return slowed(form, refusal, lambda form, status: _user_page(found, status, password_form=form))
    flash(_("%(name)s has a new password and is signed out everywhere. Tell them.", name=found.name), "done")
    return redirect(url_for(".user", user_id=user_id), 303)


@auth.post("/settings/users/<id:user_id>/second-factor")
@needs(Right.MANAGE_STORE)
def user_second_factor(user_id: int) -> ResponseReturnValue:
    found = _user_or_404(user_id)
    try:
        reset_factor(user_id, by=access.actor())
    except (OwnAccount, NoFactor) as refusal:
        return _user_page(found, 409, refusal=refusal)
    flash(_("The second factor of %(name)s is reset, and they are signed out everywhere.", name=found.name), "done")
    return redirect(url_for(".user", user_id=user_id), 303)


def _user_or_404(user_id: int) -> User:
    return db.session.get(User, user_id) or abort(404)


def _new_page(form: BaseForm, status: int) -> Response:
    page = render_template("auth/user_new.html", form=form, can_mail=outbox.mail_is_configured())
    return make_response(page, status)


def _user_page(
    user: User,
    status: int,
    *,
    form: BaseForm | None = None,
    password_form: BaseForm | None = None,
    refusal: Exception | None = None,
) -> Response:
    page = render_template(
        "auth/user.html",
        user=user,
        form=form or UserForm(formdata=None, obj=user),
        password_form=password_form or SetPasswordForm(formdata=None),
        refusal=REFUSALS[type(refusal)] if refusal else None,
        sessions=[(row, browser_name(row.browser)) for row in find_open_sessions(user)],
        history=find_history(user),
        factor=find_factor(db.session(), user.id),
        factor_is_required=is_required(user.role),
    )
    return make_response(page, status)
