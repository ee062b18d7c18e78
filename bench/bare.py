"""The bare page: what Flask, Jinja and waitress take for a page of so many bytes. All that Suki adds is above it.

Its rows look like those of the list of orders, and come from a constant: no database, no session, no sign-in.
"""

import sys

from flask import Flask, render_template, request
from waitress import create_server

from blueprints.serving import THREADS

ROW = {
    "id": 117,
    "number": "1117",
    "customer": "Peña & Sons, “Aling Nena”",
    "placed_at": "2026-11-20T01:30:00+00:00",
    "placed": "20 Nov 2026, 9:30",
    "items": 3,
    "total": "₱1,480.00",
    "status": "ready_for_pickup",
    "status_label": "Ready for pickup",
    "payment": "paid",
    "payment_label": "Paid",
}
ROWS = [ROW] * 2000


def create_app() -> Flask:
    app = Flask(__name__)
    sizes = {}
    with app.test_request_context():
        empty, one = (len(render_template("bare.html", rows=ROWS[:many], rest="").encode()) for many in (0, 1))
    sizes["empty"], sizes["row"] = empty, one - empty

    @app.get("/")
    def page() -> str:
        """Of the size that is asked for, to the byte: as many rows as fit, and then a text."""
        room = max(0, int(request.args["bytes"]) - sizes["empty"])
        many, rest = divmod(room, sizes["row"])
        return render_template("bare.html", rows=ROWS[:many], rest="." * rest)

    return app


if __name__ == "__main__":
    create_server(create_app(), host="127.0.0.1", port=int(sys.argv[1]), threads=THREADS, ident=None).run()
