from flask import render_template
from flask.typing import ResponseReturnValue

from blueprints.access import Right, needs
from blueprints.settings import settings


@settings.get("/settings/")
@needs(Right.MANAGE_STORE)
def overview() -> ResponseReturnValue:
    return render_template("errors/error.html", title="Settings", message="", what_next="", status=200)
