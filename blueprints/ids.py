"""Numbers in addresses: what can't be a row's number is simply not there."""

from werkzeug.routing import IntegerConverter


class IdConverter(IntegerConverter):
    """Digits 0–9 only, and no more of them than SQLite's integers hold: anything else is 404, never an error."""

    regex = r"[0-9]{1,18}"
