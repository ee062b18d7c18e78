"""The form that takes a file of orders, and the words for what can be wrong with one."""

from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from blueprints.forms import FAULTS_OF_FILES, BaseForm
from blueprints.orders.incoming import OrderFinding
from blueprints.reading_csv import FileFault, Unreadable
from models import ImportFinding, OrderStatus, PaymentMethod, PaymentStatus

FAULTS = {
    **FAULTS_OF_FILES,
    FileFault.BINARY: _l("This is not a text file. Choose the CSV file that your shop’s export gave you."),
    FileFault.MANY_COLUMNS: _l("This file has more than 1,000 columns, which no export of orders has."),
    FileFault.NO_ROWS: _l("This file has the names of columns, but no orders under them."),
}

FINDINGS = {
    "row_broken": _l("This row can’t be read: its quotation marks or line breaks are not right."),
    "cell_too_long": _l("This row can’t be read: one of its cells is longer than any order’s."),
    "too_many_cells": _l("This row has more cells than there are columns. Maybe a text in it holds the separator."),
    "order_too_long": _l("This order has more rows than any order has."),
    "empty": _l("This cell is empty."),
    "number_too_long": _l("An order number has at most 40 characters."),
    "number_changed": _l("It seems that a spreadsheet changed this number. Save its column as text."),
    "row_differs": _l("The first row of this order says something else. Maybe this is another order."),
    "row_twice": _l("This row says the same as one before it. Its item counts twice."),
    "second_order": _l("A second order of this number begins here. Neither of them comes in."),
    "amount_wrong": _l("This is not an amount. Write it as 480.00."),
    "maybe_thousands": _l("Suki takes what follows the point for decimals. Look whether thousands are meant."),
    "too_much": _l("Its amounts, or its pieces, are more than any order has."),
    "currency_unknown": _l("This is not a currency."),
    "quantity_wrong": _l("This is not a number of pieces."),
    "time_wrong": _l("This is not a date and time that Suki can read. Write it as 2026-11-27 14:30."),
    "day_and_month": _l("Day and month are the other way round here from how Suki reads them in this file."),
    "still_to_come": _l("This day is still to come. Maybe its day and its month are the other way round."),
    "status_unknown": _l("Suki does not know this status."),
    "payment_unknown": _l("Suki does not know this payment status."),
    "payment_at_odds": _l("This does not go with the payment status or the total. All of them come in as they are."),
    "item_nameless": _l("This item has no name. It comes in without one."),
    "item_wrong": _l("This item can’t be read."),
    "shortened": _l("This is too long. The end of it will be left out."),
    "email_wrong": _l("This is not an email address. The order comes in without one."),
    "refund_unknown": _l(
        "The file does not say how much was refunded. The smallest amount stands for it: look it up before you refund."
    ),
    "courier_new": _l("You have no courier of this name. It will be added to Settings, not in use."),
    "currency_other": _l(
        "This is not your store’s currency. The order comes in as it is. Others with this currency are not listed."
    ),
    "nameless": _l("No name stands here. The order comes in without one. Others without a name are not listed."),
    "part_paid_unknown": _l("The file does not say how much was paid. The order comes in as unpaid."),
}

AFTERWARDS = {
    "second_order": _l("A second order of this number begins here. Neither of them came in."),
    "payment_at_odds": _l("This does not go with the payment status or the total. All of them came in as they are."),
    "item_nameless": _l("This item has no name. It came in without one."),
    "shortened": _l("This was too long. The end of it was left out."),
    "email_wrong": _l("This is not an email address. The order came in without one."),
    "courier_new": _l("You had no courier of this name. It was added to Settings, not in use."),
    "currency_other": _l(
        "This is not your store’s currency. The order came in as it is. Others with this currency are not listed."
    ),
    "nameless": _l("No name stands here. The order came in without one. Others without a name are not listed."),
    "part_paid_unknown": _l("The file does not say how much was paid. The order came in as unpaid."),
}
"""Of those that say what will become of an order: what became of it."""


WORDS: dict[str, type[StrEnum]] = {
    "status": OrderStatus,
    "payment_status": PaymentStatus,
    "payment_method": PaymentMethod,
}
"""Those that a file of our own has in a column."""


def fault_in_words(unreadable: Unreadable) -> str:
    names = ", ".join(unreadable.columns)
    if unreadable.fault is FileFault.UNKNOWN_COLUMNS:
        return _(
            "Suki does not know the columns of this file. Choose an export of Shopify or WooCommerce, or a list whose "
            "first line has these names: %(names)s.",
            names=names,
        )
    if unreadable.fault is FileFault.MISNAMED_COLUMNS:
        return _("Columns are missing: %(names)s. The first line must name them as the sample does.", names=names)
    if unreadable.fault is FileFault.MISSING_COLUMNS:
        return _("Columns are missing: %(names)s. Export the orders again, with all columns.", names=names)
    return str(FAULTS[unreadable.fault])


def finding_in_words(finding: OrderFinding | ImportFinding) -> str:
    if finding.code == "number_twice":
        return _("This order is on line %(line)s already. This second one is left out.", line=finding.found)
    if finding.code == "rows_apart":
        return _(
            "Rows of this order are on line %(line)s as well. Sort the file so that they are together.",
            line=finding.found,
        )
    if finding.code == "word_unknown":
        return _("Use one of these words: %(words)s.", words=", ".join(WORDS[finding.column]))
    return str(FINDINGS[finding.code])


def past_finding_in_words(finding: OrderFinding | ImportFinding) -> str:
    """Once the file is in."""
    return str(AFTERWARDS[finding.code]) if finding.code in AFTERWARDS else finding_in_words(finding)


def found_there(finding: OrderFinding | ImportFinding) -> str:
    """What stands in the cell; of rows in the wrong place, where the others stand is in the words."""
    return "" if finding.code in ("number_twice", "rows_apart") else finding.found


class ImportForm(BaseForm):
    file = FileField(_l("File with orders"), validators=[FileRequired(_l("Choose the file first."))])
    sample_helps = False
    """As the names of the columns are wrong, and no shop's export is at hand."""

    def say_why_it_is_unreadable(self, unreadable: Unreadable) -> None:
        self.file.errors = [fault_in_words(unreadable)]
        self.sample_helps = unreadable.fault in (FileFault.UNKNOWN_COLUMNS, FileFault.MISNAMED_COLUMNS)
