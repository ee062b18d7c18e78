from flask import render_template
from flask.typing import ResponseReturnValue

from blueprints.access import Right, needs
from blueprints.orders import orders


@orders.get("/")
@needs(Right.SEE_ORDERS)
def today() -> ResponseReturnValue:
    return render_template("errors/error.html", title="Today", message="", what_next="", status=200)


@orders.get("/orders/")
@needs(Right.SEE_ORDERS)
def listing() -> ResponseReturnValue:
    return render_template("errors/error.html", title="Orders", message="", what_next="", status=200)
