"""Cells of a file for spreadsheets: where each stands, and how a text goes out that is never run as a formula."""

import re

# A spreadsheet takes a cell that begins so for a formula; full-width signs count, as some turn them into plain ones.
# One that parts cells at semicolons heeds no comma and no quotation mark around a text: a cell of its own may begin
# after each semicolon and each line break in it, and quotation marks before the sign are dropped.
_FORMULA = re.compile(r"""(?<![^;\t\r\n])(?=['"]*[=+\-@|%\u2212\uff1d\uff0b\uff0d\uff20])|\A(?=['"]*[\t\r\n\0])""")
_GUARDED = re.compile(f"(?:{_FORMULA.pattern})'")


class Columns(dict[str, int]):
    """Where a column stands, whatever the case of its name; -1 when it is not there. Of two the first counts."""

    def __init__(self, header: list[str]) -> None:
        super().__init__()
        self.names = header
        self._folded = {name.casefold(): at for at, name in reversed(list(enumerate(header)))}

    def __missing__(self, name: str) -> int:
        self[name] = at = self._folded.get(name.casefold(), -1)
        return at

    def holds(self, name: str) -> bool:
        return self[name] >= 0


def guarded(cell: str) -> str:
    """As a text of which no spreadsheet takes any part for a formula."""
    return _FORMULA.sub("'", cell)


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return _GUARDED.sub("", cell)
