"""Writing a note for the store on an order."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.orders import orders
from blueprints.orders.change_forms import NoteForm
from blueprints.orders.noting import add_note
from blueprints.orders.routes import order_page


@orders.post("/orders/<id:order_id>/note")
@needs(Right.CHANGE_ORDERS)
def note(order_id: int) -> ResponseReturnValue:
    order = access.order_or_404(order_id)
    form = NoteForm()
    if not form.validate():
        return order_page(order, note_form=form), 422
    add_note(order_id, body=form.internal_note.data or "", by=access.actor())
    flash(_("The note is saved. Only your store sees it."), "done")
    return redirect(url_for("orders.detail", order_id=order_id, _anchor="history"), 303)
