"""Reading a file's bytes as rows of cells, whatever program saved it. What the rows are about, nothing here knows.

Every limit is kept before what exceeds it is in memory, so that no file can fill it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import IO, Protocol

from models.text import cleaned_line

CHUNK = 1024 * 1024
SAMPLE = 64 * 1024
"""Bytes that are looked at before anything is read; the header must end within them."""
LONGEST_ROW = 1024 * 1024
MOST_COLUMNS = 1_000
LONGEST_GUESS = 500
SEPARATORS = ",;\t"
# A cell may hold 131,072 characters: the limit of Python's own reader, which counts for us.

_BOM = b"\xef\xbb\xbf"
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v"))


class FileFault(StrEnum):
    """Why a file can't be read at all."""

    EMPTY = "empty"
    ARCHIVE = "archive"
    """Excel's own files are archives, too."""
    UTF16 = "utf16"
    BINARY = "binary"
    LONG_HEADER = "long_header"
    BROKEN_HEADER = "broken_header"
    MANY_COLUMNS = "many_columns"
    UNKNOWN_COLUMNS = "unknown_columns"
    MISSING_COLUMNS = "missing_columns"
    MISNAMED_COLUMNS = "misnamed_columns"
    """They are missing as well, but from a list that somebody wrote: there is no export to make again."""
    NO_ROWS = "no_rows"
    MANY_ROWS = "many_rows"
    LARGE = "large"


class Unreadable(Exception):
    def __init__(self, fault: FileFault, columns: tuple[str, ...] = ()) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.columns = columns
        """Those that are missing; where none is known, those that may be written."""


class File(Protocol):
    size: int

    def chunks(self, offset: int) -> Iterator[bytes]:
        """The bytes from there on, in pieces of any length."""


class Upload:
    """A file that can be read from any place on: one that was sent, or one on the disk."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.size = stream.seek(0, 2)

    def chunks(self, offset: int) -> Iterator[bytes]:
        while True:
            # Sought anew each time, as more than one reading may be under way.
            self._stream.seek(offset)
            chunk = self._stream.read(CHUNK)
            if not chunk:
                return
            offset += len(chunk)
            yield chunk


@dataclass(frozen=True, slots=True)
class Place:
    """Between two rows: where to go on reading."""

    offset: int = 0
    line: int = 0
    """Lines before it."""


@dataclass(slots=True)
class Row:
    start: Place
    cells: list[str]
    """Fewer than there are columns, when the last are empty."""
    fault: str = ""
    """Why it can't be read; its cells are then what could be guessed of them."""

    @property
    def is_blank(self) -> bool:
        return not self.fault and not any(self.cells)


class Table:
    """A file whose header could be read. Raises Unreadable."""

    def __init__(self, file: File) -> None:
        sample = _sample_of(file)
        _refuse_what_is_no_text(sample)
        self._file = file
        self._old_mac = b"\r" in sample and b"\n" not in sample
        self._separator = _separator_of(sample)
        begin = Place(len(_BOM) if sample.startswith(_BOM) else 0)
        lines = _Lines(iter([sample[begin.offset :]]), begin, old_mac=self._old_mac)
        self.columns = [cleaned_line(cell) for cell in self._header(lines)]
        self.start = lines.place

    def rows(self, start: Place | None = None) -> "Rows":
        start = start or self.start
        lines = _Lines(self._file.chunks(start.offset), start, old_mac=self._old_mac)
        return Rows(lines, self._separator, len(self.columns))

    def _header(self, lines: "_Lines") -> list[str]:
        reader = csv.reader(lines, delimiter=self._separator, strict=True)
        try:
            header = next(cells for cells in reader if any(cells))
        except StopIteration:
            raise Unreadable(FileFault.EMPTY) from None
        except csv.Error:
            raise Unreadable(
                FileFault.LONG_HEADER if lines.place.offset >= SAMPLE else FileFault.BROKEN_HEADER
            ) from None
        if lines.place.offset >= SAMPLE:
            raise Unreadable(FileFault.LONG_HEADER)
        if len(header) > MOST_COLUMNS:
            raise Unreadable(FileFault.MANY_COLUMNS)
        return header


class Rows:
    """The rows from some place on. One that can't be read comes with its fault, and the next one after it."""

    def __init__(self, lines: "_Lines", separator: str, width: int) -> None:
        self._lines = lines
        self._separator = separator
        self._width = width

    @property
    def place(self) -> Place:
        """After the last row that was given out."""
        return self._lines.place

    def __iter__(self) -> Iterator[Row]:
        reader = csv.reader(self._lines, delimiter=self._separator, strict=True)
        while True:
            start = self._lines.begin_row()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                fault = "cell_too_long" if "larger than" in str(error) else "row_broken"
                yield Row(start, self._guessed(), fault)
            else:
                yield self._fitted(Row(start, cells))

    def _guessed(self) -> list[str]:
        beginning = self._lines.first[:LONGEST_GUESS].split(self._separator)[: self._width]
        return [cell.strip('"\r\n') for cell in beginning]

    def _fitted(self, row: Row) -> Row:
        """Spreadsheets leave out empty cells at the end of a row, and add some; a cell too many is a mistake."""
        if any(row.cells[self._width :]):
            row.fault = "too_many_cells"
        return row


class _Lines:
    """The lines of a file as text. Each is UTF-8 or, when it can't be, Windows-1252: so a file that was put together
    from both is read right, and nobody has to know the end of a file to read its beginning."""

    def __init__(self, chunks: Iterator[bytes], start: Place, *, old_mac: bool) -> None:
        self._raw = _split(chunks, old_mac=old_mac)
        self._offset, self._line = start.offset, start.line
        self._row_began = start.offset
        self.first = ""
        """The first line of the present row."""

    @property
    def place(self) -> Place:
        return Place(self._offset, self._line)

    def begin_row(self) -> Place:
        self._row_began = self._offset
        self.first = ""
        return self.place

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw, size = next(self._raw)
        self._offset += size
        self._line += 1
        try:
            line = raw.decode()
        except UnicodeDecodeError:
            line = raw.decode("cp1252", "replace")
        self.first = self.first or line
        if size != len(raw) or self._offset - self._row_began > LONGEST_ROW:
            raise csv.Error("row larger than any")
        return line


def _split(chunks: Iterator[bytes], *, old_mac: bool) -> Iterator[tuple[bytes, int]]:
    """Lines with their ends, and their sizes. Of a line that is too long only its beginning is kept."""
    rest, dropped = b"", 0
    for chunk in chunks:
        *lines, rest = (rest + (chunk.replace(b"\r", b"\n") if old_mac else chunk)).split(b"\n")
        for line in lines:
            is_long = dropped or len(line) >= LONGEST_ROW
            yield line[:LONGEST_GUESS] if is_long else line + b"\n", dropped + len(line) + 1
            dropped = 0
        if dropped or len(rest) >= LONGEST_ROW:
            kept = rest[:LONGEST_GUESS]
            dropped += len(rest) - len(kept)
            rest = kept
    if rest:
        yield rest, dropped + len(rest)


def _sample_of(file: File) -> bytes:
    sample = b""
    for chunk in file.chunks(0):
        sample += chunk[: SAMPLE - len(sample)]
        if len(sample) >= SAMPLE:
            break
    return sample


def _refuse_what_is_no_text(sample: bytes) -> None:
    if not sample.strip().strip(_BOM):
        raise Unreadable(FileFault.EMPTY)
    if sample.startswith(_ARCHIVES):
        raise Unreadable(FileFault.ARCHIVE)
    few, many = sorted((sample[0::2].count(0), sample[1::2].count(0)))
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")) or many > len(sample) // 4 > few:
        raise Unreadable(FileFault.UTF16)
    # Texts have hardly any control characters, and whatever is compressed or counted has many.
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * 20 > len(sample) or sample.startswith(b"%PDF"):
        raise Unreadable(FileFault.BINARY)
    if len(sample) >= SAMPLE and not (b"\n" in sample or b"\r" in sample):
        raise Unreadable(FileFault.LONG_HEADER)


def _separator_of(sample: bytes) -> str:
    """The one that parts the header into the most columns."""
    text = sample.removeprefix(_BOM).decode("utf-8", "replace").lstrip()
    header = next(chain(text.splitlines(), [""]))
    return max(SEPARATORS, key=header.count)
