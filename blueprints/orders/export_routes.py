"""The orders that a search finds, as a file; and a file to begin with."""

import logging

from flask import Response, request, stream_with_context
from flask.typing import ResponseReturnValue

from blueprints import access, clock
from blueprints.access import Right, needs
from blueprints.filters import local, zone
from blueprints.orders import orders
from blueprints.orders.exporting import export_orders
from blueprints.orders.find_forms import FindForm, filters_of
from blueprints.orders.sampling import sample_file
from blueprints.shop import current_store

log = logging.getLogger("suki")


@orders.get("/orders/export.csv")
@needs(Right.ADD_ORDERS)
def export() -> ResponseReturnValue:
    asked = FindForm(request.args).asked()
    lines = export_orders(asked.get("q", ""), filters_of(asked), zone())
    log.info("orders exported by user %s", access.actor().user_id)
    name = f"orders-{local(clock.now()):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(lines), mimetype="text/csv", headers=headers)


@orders.get("/orders/import/sample.csv")
@needs(Right.ADD_ORDERS)
def import_sample() -> ResponseReturnValue:
    sample = sample_file(now=local(clock.now()), currency=current_store().currency)
    headers = {"Content-Disposition": 'attachment; filename="orders-sample.csv"'}
    return Response(sample, mimetype="text/csv", headers=headers)
