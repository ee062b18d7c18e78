"""The forms of a file of products, and the words for what can be wrong with one."""

from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField, FileRequired
from wtforms import Field
from wtforms.widgets import HiddenInput

from blueprints.forms import FAULTS_OF_FILES, BaseForm
from blueprints.products.bringing_in import Done
from blueprints.products.reading_products import ProductFinding
from blueprints.reading_csv import FileFault, Unreadable, Upload

FAULTS = {
    **FAULTS_OF_FILES,
    FileFault.BINARY: _l(
        "This is not a text file. Choose a CSV file, such as the one that Suki’s own export gave you."
    ),
    FileFault.MANY_COLUMNS: _l("This file has more than 1,000 columns, which no file of products has."),
    FileFault.NO_ROWS: _l("This file has the names of columns, but no products under them."),
    FileFault.MANY_ROWS: _l(
        "This file has more than 5,000 products. Split it into smaller files, and import one by one."
    ),
    FileFault.LARGE: _l("This file is larger than 512 KB. Split it into smaller files, and import one by one."),
}

FINDINGS = {
    "row_broken": _l("This row can’t be read: its quotation marks or line breaks are not right."),
    "cell_too_long": _l("This row can’t be read: one of its cells is far too long."),
    "too_many_cells": _l("This row has more cells than there are columns. Maybe a text in it holds the separator."),
    "sku_empty": _l("Each product needs a SKU."),
    "sku_too_long": _l("A SKU has at most 80 characters."),
    "name_too_long": _l("A name has at most 300 characters."),
    "name_needed": _l("There is no product with this SKU yet, and a new one needs a name."),
    "tracked_wrong": _l("Write yes or no."),
    "count_wrong": _l("This is not a whole number, such as 12."),
    "count_out_of_range": _l("A count is a whole number from 0 to 1,000,000,000."),
    "not_counted": _l("The pieces of this product are not counted. Leave this empty, or write yes under tracked."),
}


def fault_in_words(unreadable: Unreadable) -> str:
    if unreadable.fault is FileFault.MISSING_COLUMNS:
        names = ", ".join(unreadable.columns)
        return _("Columns are missing: %(names)s. The first line must name the columns.", names=names)
    return str(FAULTS[unreadable.fault])


def finding_in_words(finding: ProductFinding) -> str:
    if finding.code == "sku_twice":
        return _("This SKU is on line %(line)s already. This second row is left out.", line=finding.found)
    return str(FINDINGS[finding.code])


def found_there(finding: ProductFinding) -> str:
    return finding.sku if finding.code == "sku_twice" else finding.found


def done_in_words(done: Done) -> str:
    said = (
        (
            done.added,
            ngettext("%(count)s product was added.", "%(count)s products were added.", done.added, **_of(done.added)),
        ),
        (
            done.changed,
            ngettext(
                "%(count)s product was changed.", "%(count)s products were changed.", done.changed, **_of(done.changed)
            ),
        ),
        (
            done.same,
            ngettext(
                "%(count)s was like that already.", "%(count)s were like that already.", done.same, **_of(done.same)
            ),
        ),
        (
            done.left_out,
            ngettext(
                "%(count)s row was left out.", "%(count)s rows were left out.", done.left_out, **_of(done.left_out)
            ),
        ),
    )
    return " ".join(sentence for count, sentence in said if count)


def _of(count: int) -> dict[str, str]:
    return {"count": f"{count:,}"}


class FileOfProductsForm(BaseForm):
    file = FileField(_l("File with products"), validators=[FileRequired(_l("Choose the file first."))])

    def say_why_it_can_not_be_read(self, unreadable: Unreadable) -> None:
        self.file.errors = [fault_in_words(unreadable)]


class _AsItIs(Field):
    """Lines that the page carries from one step to the next; nobody sees them, so nothing of them is cleaned."""

    widget = HiddenInput()
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""

    def _value(self) -> str:
        return str(self.data or "")


class RowsForm(BaseForm):
    rows = _AsItIs()

    @property
    def file(self) -> Upload:
        return Upload(BytesIO((self.rows.data or "").encode("utf-8", "replace")))
