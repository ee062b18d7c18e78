from flask import render_template
from flask.typing import ResponseReturnValue

from blueprints.access import Right, needs
from blueprints.help import help


@help.get("/help/")
@needs(Right.SIGNED_IN)
def contents() -> ResponseReturnValue:
    return render_template("errors/error.html", title="Help", message="", what_next="", status=200)
