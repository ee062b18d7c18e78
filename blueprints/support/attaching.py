"""Files that come with words: what they are by their bytes, and what they are called when somebody downloads them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from models import Attachment, AttachmentKind, Ticket, TicketMessage
from models.text import cleaned_line

MOST_FILES = 5
MOST_BYTES = 5 * 1024 * 1024

ENDINGS = {
    AttachmentKind.PNG: ("png",),
    AttachmentKind.JPEG: ("jpg", "jpeg"),
    AttachmentKind.GIF: ("gif",),
    AttachmentKind.WEBP: ("webp",),
    AttachmentKind.PDF: ("pdf",),
}
_LONGEST_STEM = 100
# What some system keeps for itself in the name of a file.
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


class AttachmentFault(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"


class NotAttachable(Exception):
    def __init__(self, fault: AttachmentFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class NewAttachment:
    filename: str
    kind: AttachmentKind
    content: bytes


def read_upload(filename: str, stream: Readable) -> NewAttachment:
    """Raises NotAttachable. No more is read than may be kept, and one byte."""
    content = stream.read(MOST_BYTES + 1)
    if not content:
        raise NotAttachable(AttachmentFault.EMPTY)
    if len(content) > MOST_BYTES:
        raise NotAttachable(AttachmentFault.TOO_LARGE)
    for kind, end_of in _ENDS.items():
        end = end_of(content)
        if end is not None:
            # What hangs on behind an image is no part of it: another file, or what was cropped away.
            return NewAttachment(clean_filename(filename, kind), kind, content[:end])
    raise NotAttachable(AttachmentFault.UNKNOWN)


def attach(
    session: Session, uploads: Sequence[NewAttachment], *, ticket: Ticket, message: TicketMessage | None = None
) -> None:
    """Both have their numbers already."""
    for upload in uploads:
        session.add(
            Attachment(
                ticket_id=ticket.id,
                message_id=message.id if message else None,
                filename=upload.filename,
                kind=upload.kind,
                size=len(upload.content),
                content=upload.content,
            )
        )


def clean_filename(name: str, kind: AttachmentKind) -> str:
    """The name alone, without folders or signs that can't be seen, and with the ending that its bytes deserve."""
    name = cleaned_line(name.replace("\\", "/").rpartition("/")[2])
    name = _NOT_IN_NAMES.sub("-", name).strip(" .-")
    stem, _, ending = name.rpartition(".")
    if ending.lower() not in ENDINGS[kind]:
        stem, ending = name, ENDINGS[kind][0]
    return f"{stem.strip(' .')[:_LONGEST_STEM] or 'file'}.{ending.lower()}"


# Each of these finds the byte after a file's end by walking through its parts. None: it is no such file, or not whole.


def _end_of_png(data: bytes) -> int | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[8:16] != b"\x00\x00\x00\x0dIHDR":
        return None
    place = 8
    while place + 12 <= len(data):
        name = data[place + 4 : place + 8]
        place += 12 + int.from_bytes(data[place : place + 4])
        if name == b"IEND":
            return place if place <= len(data) else None
    return None


_JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
_JPEG_MARKER_AFTER_PIXELS = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)


def _end_of_jpeg(data: bytes) -> int | None:
    if data[:3] != b"\xff\xd8\xff":
        return None
    place, has_pixels = 2, False
    while marker := _JPEG_MARKER.match(data, place):
        if marker[1] == b"\xd9":
            return marker.end() if has_pixels else None
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
        if marker[1] == b"\xda":
            following = _JPEG_MARKER_AFTER_PIXELS.search(data, place)
            if following is None:
                return None
            place, has_pixels = following.start(), True
    return None


def _end_of_gif(data: bytes) -> int | None:
    if data[:6] not in (b"GIF87a", b"GIF89a") or len(data) < 14:
        return None
    place = 13 + _gif_colours(data[10])
    while place < len(data):
        sign = data[place]
        if sign == 0x3B:
            return place + 1
        if sign == 0x21:
            place = _after_gif_blocks(data, place + 2)
        elif sign == 0x2C and place + 10 <= len(data):
            place = _after_gif_blocks(data, place + 11 + _gif_colours(data[place + 9]))
        else:
            return None
    return None


def _gif_colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_gif_blocks(data: bytes, place: int) -> int:
    while place < len(data) and data[place]:
        place += 1 + data[place]
    return place + 1


def _end_of_webp(data: bytes) -> int | None:
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP" and data[12:16] in (b"VP8 ", b"VP8L", b"VP8X")
    end = 8 + int.from_bytes(data[4:8], "little")
    return end if is_webp and 20 <= end <= len(data) else None


def _end_of_pdf(data: bytes) -> int | None:
    """All of it: a signature may cover the very last byte. What else such a file could be taken for does not matter,
    as it is only ever handed out as a PDF, to be kept and not shown."""
    if not re.match(rb"%PDF-[12]\.[0-9]", data) or b"%%EOF" not in data[-1024:] or b"startxref" not in data:
        return None
    return len(data)


_ENDS: dict[AttachmentKind, Callable[[bytes], int | None]] = {
    AttachmentKind.PNG: _end_of_png,
    AttachmentKind.JPEG: _end_of_jpeg,
    AttachmentKind.GIF: _end_of_gif,
    AttachmentKind.WEBP: _end_of_webp,
    AttachmentKind.PDF: _end_of_pdf,
}
