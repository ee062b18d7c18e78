"""Cells of a file for spreadsheets: where each stands, and how a text goes out that is never run as a formula."""

# A spreadsheet takes a cell that begins so for a formula; full-width signs count, as some turn them into plain ones.
_FORMULA_SIGNS = frozenset("=+-@\t\r\n\0|%\u2212\uff1d\uff0b\uff0d\uff20")


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
    """As a text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip("'")[:1] in _FORMULA_SIGNS else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given."""
    return cell[1:] if cell.startswith("'") and guarded(cell[1:]) == cell else cell
