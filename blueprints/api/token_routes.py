"""Settings, API tokens: what programs come in by. Making one, seeing it once, revoking it."""

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access, seals
from blueprints.access import Right, needs
from blueprints.api import api
from blueprints.api.forms import READ, TokenForm
from blueprints.api.making_tokens import (
    NameTaken,
    find_token,
    find_tokens,
    make_token,
    revoke_token,
    token_of,
)


@api.route("/settings/tokens", methods=["GET", "POST"])
@needs(Right.MANAGE_STORE)
def tokens() -> ResponseReturnValue:
    form = TokenForm(name=request.args.get("name"), scope=request.args.get("scope", READ))
    if not form.validate_on_submit():
        return _page(form, 422 if form.is_submitted() else 200)
    if not access.has_proven_lately():
        flash(_("Give your password first, then make the token once more."), "notice")
        back = url_for(".tokens", name=form.name.data, scope=form.scope.data)
        return redirect(url_for("auth.confirm", next=back), 303)
    mark = seals.new_mark()
    try:
        token_id = make_token(name=form.name.data, may_write=form.may_write, mark=mark, by=access.actor())
    except NameTaken:
        form.say_that_the_name_is_taken()
        return _page(form, 422)
    seals.show("api_token", mark, id=token_id)
    return redirect(url_for(".token_shown"), 303)


@api.get("/settings/tokens/new")
@needs(Right.MANAGE_STORE)
def token_shown() -> ResponseReturnValue:
    """Until it was copied, and not for long. The token is not in the cookie: only what it is worked out from."""
    shown = seals.shown_lately("api_token")
    token = find_token(shown["id"]) if shown else None
    if shown is None or token is None or token.revoked_at is not None:
        return redirect(url_for(".tokens"), 303)
    return render_template("api/token_shown.html", token=token, secret=token_of(shown["mark"]))


@api.post("/settings/tokens/new/copied")
@needs(Right.MANAGE_STORE)
def token_copied() -> ResponseReturnValue:
    session.pop("api_token", None)
    return redirect(url_for(".tokens"), 303)


@api.post("/settings/tokens/<id:token_id>/revoke")
@needs(Right.MANAGE_STORE)
def token_revoke(token_id: int) -> ResponseReturnValue:
    token = find_token(token_id) or abort(404)
    name = token.name
    revoke_token(token_id, by=access.actor())
    flash(_("%(name)s can’t come in any more.", name=name), "done")
    return redirect(url_for(".tokens"), 303)


def _page(form: TokenForm, status: int) -> ResponseReturnValue:
    found = find_tokens()
    good = [token for token in found if token.revoked_at is None]
    ended = [token for token in found if token.revoked_at is not None]
    return render_template("api/tokens.html", form=form, good=good, ended=ended), status
