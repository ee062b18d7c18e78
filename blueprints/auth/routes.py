"""Signing in and out, and the password."""

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from blueprints.access import Right, needs, public
from blueprints.auth import auth
from models import db


@auth.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    db.session.execute(text("SELECT 1"))
    return {"database": "ok"}


@auth.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    return render_template("errors/error.html", title="Sign in", message="", what_next="", status=200)


@auth.route("/password", methods=["GET", "POST"])
@needs(Right.SIGNED_IN)
def password() -> ResponseReturnValue:
    return render_template("errors/error.html", title="Password", message="", what_next="", status=200)


@auth.post("/logout")
@needs(Right.SIGNED_IN)
def logout() -> ResponseReturnValue:
    return render_template("errors/error.html", title="Signed out", message="", what_next="", status=200)
