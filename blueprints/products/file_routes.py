"""Products as a file: out, and in again after a look at what it would do."""

import logging

from flask import Response, flash, redirect, render_template, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from blueprints import access, clock
from blueprints.access import Right, needs
from blueprints.bounds import takes
from blueprints.filters import local
from blueprints.products import products
from blueprints.products.bringing_in import bring_in, preview
from blueprints.products.exporting import export_products, lines
from blueprints.products.import_forms import (
    FileOfProductsForm,
    RowsForm,
    done_in_words,
    finding_in_words,
    found_there,
)
from blueprints.products.reading_products import COLUMNS, MOST_BYTES, MOST_ROWS, read_products
from blueprints.reading_csv import Unreadable, Upload

MOST_SENT = 8 * MOST_BYTES
"""So that a file that is too large is told so beside its field, and not by an error page."""
MOST_CARRIED = 4 * MOST_BYTES
"""The rows of a file take more room in UTF-8 than they did in Windows-1252, and each may be quoted."""
SHOWN = 200

log = logging.getLogger("suki")


@products.get("/products/export.csv")
@needs(Right.KEEP_STOCK)
def export() -> ResponseReturnValue:
    log.info("products exported by user %s", access.actor().user_id)
    headers = {"Content-Disposition": f'attachment; filename="products-{local(clock.now()):%Y-%m-%d}.csv"'}
    return Response(stream_with_context(export_products()), mimetype="text/csv", headers=headers)


@products.route("/products/import", methods=["GET", "POST"])
@needs(Right.KEEP_STOCK)
@takes(MOST_SENT)
def import_file() -> ResponseReturnValue:
    """Nothing is written: what the file would do stands on the page, and so does all that is needed to do it."""
    form = FileOfProductsForm()
    if not form.validate_on_submit():
        return _choose(form)
    try:
        sheet = read_products(Upload(form.file.data.stream))
        compared = preview(sheet)
    except Unreadable as unreadable:
        form.say_why_it_can_not_be_read(unreadable)
        return _choose(form)
    return render_template(
        "products/import_preview.html",
        compared=compared,
        sheet=sheet,
        form=RowsForm(formdata=None, data={"rows": lines(compared.rows)}),
        filename=form.file.data.filename,
        shown=SHOWN,
        in_words=finding_in_words,
        found_there=found_there,
    )


@products.post("/products/import/save")
@needs(Right.KEEP_STOCK)
@takes(MOST_CARRIED, most_in_fields=MOST_CARRIED)
def import_save() -> ResponseReturnValue:
    form = RowsForm()
    try:
        sheet = read_products(form.file, most_bytes=MOST_CARRIED)
    except Unreadable as unreadable:
        again = FileOfProductsForm(formdata=None)
        again.say_why_it_can_not_be_read(unreadable)
        return _choose(again)
    done = bring_in(sheet, by=access.actor())
    flash(done_in_words(done), "done" if done.added or done.changed else "notice")
    return redirect(url_for(".listing"), 303)


def _choose(form: FileOfProductsForm) -> ResponseReturnValue:
    page = render_template("products/import.html", form=form, columns=COLUMNS, most_rows=MOST_ROWS)
    return page, 422 if form.errors else 200
