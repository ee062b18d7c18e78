from flask import render_template
from flask.typing import ResponseReturnValue

from blueprints.access import Right, needs
from blueprints.support import support


@support.get("/support/tickets")
@needs(Right.SEE_TICKETS)
def tickets() -> ResponseReturnValue:
    return render_template("errors/error.html", title="Support", message="", what_next="", status=200)
