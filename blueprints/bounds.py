"""How long an address and a header may be, and how many fields a form may have; how large it may be in all, its view
says."""

from flask import Flask, abort, request

LONGEST_ADDRESS = 4096
LONGEST_HEADER = 8192
MOST_FIELDS = 1000
"""As many as Werkzeug reads of a form with files; of one without it would read all."""


def keep(app: Flask) -> None:
    app.before_request(_refuse_too_much)


def _refuse_too_much() -> None:
    if len(request.path) + len(request.query_string) > LONGEST_ADDRESS:
        abort(414)
    if any(len(value) > LONGEST_HEADER for value in request.headers.values()):
        abort(431)
    if request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= MOST_FIELDS:
        abort(413)
