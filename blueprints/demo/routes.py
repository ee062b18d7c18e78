"""Making the demo new from the page, for its owner. Other stores know nothing of it."""

import logging

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.auth.passwords import TooManyAtOnce, a_place, hash_password
from blueprints.demo import demo
from blueprints.demo.making import make_demo
from blueprints.demo_accounts import DEMO_PASSWORD
from blueprints.orders.telling import customer_email
from blueprints.shop import current_store

log = logging.getLogger("suki")


@demo.get("/demo/reset")
@needs(Right.MANAGE_STORE)
def ask() -> ResponseReturnValue:
    if not current_store().is_demo:
        abort(404)
    return render_template("demo/reset.html")


@demo.post("/demo/reset")
@needs(Right.MANAGE_STORE)
def reset() -> ResponseReturnValue:
    if not current_store().is_demo:
        abort(404)
    user_id = access.actor().user_id
    try:
        with a_place():
            password_hash = hash_password(DEMO_PASSWORD)
    except TooManyAtOnce:
        abort(503)
    make_demo(password_hash=password_hash, write_email=customer_email, anew=True)
    log.info("demo reset user=%s", user_id)
    session.clear()
    flash(_("The demo is as new. Sign in again to go on."), "done")
    return redirect(url_for("auth.login"), 303)
