"""How long an address and a header may be, how large a form and how many its fields, and how much a new order."""

from collections.abc import Callable

from flask import Flask, abort, current_app, request

from blueprints.programs import View

LONGEST_ADDRESS = 4096
LONGEST_HEADER = 8192
MOST_FIELDS = 1000
"""As many as Werkzeug reads of a form with files; of one without it would read all."""
MOST_ITEMS = 100
"""Of an order that somebody types or a program sends."""
MOST_PIECES = 100_000
"""Of one item of it."""


def takes(most_bytes: int | Callable[[], int], *, most_in_fields: int | None = None) -> Callable[[View], View]:
    """Marks a view whose form is larger than the megabyte that others take: how large in all, or a look into the
    settings that says so, and how large in fields that are no files. Stands under the route's decorator."""

    def mark(view: View) -> View:
        view.takes = most_bytes, most_in_fields  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def keep(app: Flask) -> None:
    """Before anything else looks at a request."""
    app.before_request(_refuse_long_lines)


def keep_forms(app: Flask) -> None:
    """Behind the wall, so that no stranger has much read; and before the check of the token, which reads the form."""
    app.before_request(_take_what_the_view_takes)
    app.before_request(_refuse_many_fields)


def _refuse_long_lines() -> None:
    if len(request.path) + len(request.query_string) > LONGEST_ADDRESS:
        abort(414)
    if any(len(value) > LONGEST_HEADER for value in request.headers.values()):
        abort(431)


def _take_what_the_view_takes() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    most_bytes, most_in_fields = getattr(view, "takes", (None, None))
    if most_bytes is not None:
        request.max_content_length = most_bytes() if callable(most_bytes) else most_bytes
    if most_in_fields is not None:
        request.max_form_memory_size = most_in_fields


def _refuse_many_fields() -> None:
    if request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= MOST_FIELDS:
        abort(413)
