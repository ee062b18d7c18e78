"""Numbers of rows, as addresses and forms have them: what can't be one is simply not there."""

import re

from werkzeug.routing import IntegerConverter


class IdConverter(IntegerConverter):
    """Digits 0–9 only, and no more of them than SQLite's integers hold: anything else is 404, never an error."""

    regex = r"[0-9]{1,18}"


def read_id(text: str | None) -> int | None:
    """The number that a text is; None for anything else."""
    return int(text) if text and re.fullmatch(IdConverter.regex, text) else None
