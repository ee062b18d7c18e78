"""Composing an email as it leaves: nobody's text gets into its headers or onto its envelope."""

import email
import re
import unicodedata
from collections import Counter
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

import flask_mail

HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
)
_PART_HEADERS = {"Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
# Everything as ASCII in lines that any server takes.
_POLICY = policy.SMTP.clone(cte_type="7bit")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})*")
# An order's number that may stand in a subject line. Any other is somebody's free text, and none of that gets into a
# header: some Pythons decode what hides in it, line breaks included.
_PLAIN_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]{0,38}[A-Za-z0-9])?")
LONGEST_ADDRESS = 254
LONGEST_LINE = 300


class UnsafeEmail(Exception):
    """What would leave is not what was meant. `part` says where, and never holds the text itself."""

    def __init__(self, part: str) -> None:
        super().__init__(f"the {part} of an email is not safe to send")
        self.part = part


def plain_number(number: str | None) -> str:
    """Empty when it is none."""
    return number if number and _PLAIN_NUMBER.fullmatch(number) else ""


def one_address(text: str, part: str) -> str:
    """The one bare address that `text` is, its domain in ASCII. Raises UnsafeEmail for anything more or less."""
    local, _, domain = _plain_line(text, part).rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise UnsafeEmail(part) from None
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise UnsafeEmail(part)
    return address


def can_take_mail(address: str) -> bool:
    """It is one bare address, as the envelope will ask for, and not more than one."""
    try:
        one_address(address, "recipient")
    except UnsafeEmail:
        return False
    return True


def _plain_line(text: str, part: str) -> str:
    """Raises UnsafeEmail for control characters, whatever can't be seen, and words that some Pythons decode."""
    hidden = any(unicodedata.category(character)[0] == "C" or character in "\u2028\u2029" for character in text)
    if hidden or "=?" in text or len(text) > LONGEST_LINE:
        raise UnsafeEmail(part)
    return text


class FinishedEmail(flask_mail.Message):
    """One email as it leaves. Building it raises UnsafeEmail; once built it is never changed."""

    def __init__(
        self,
        *,
        sender: tuple[str, str],
        recipient: str,
        reply_to: str | None,
        subject: str,
        text: str,
        html: str,
        message_id: str,
        at: datetime,
    ) -> None:
        """`sender` is a display name, which may be empty, and an address."""
        name, address = sender
        super().__init__(
            sender=one_address(address, "sender"),
            recipients=[one_address(recipient, "recipient")],
            reply_to=one_address(reply_to, "reply_to") if reply_to else None,
            subject=_plain_line(subject, "subject"),
            date=at.timestamp(),
        )
        self.msgId = _plain_line(message_id, "message_id")
        try:
            self._bytes = self._build(_plain_line(name, "sender_name"), text, html, at)
            self._read_again(self._bytes)
        except (ValueError, IndexError, LookupError) as error:
            # The email package raises all of these for what it can't write or read.
            raise UnsafeEmail("whole") from error

    def as_bytes(self) -> bytes:
        return self._bytes

    def _build(self, name: str, text: str, html: str, at: datetime) -> bytes:
        composed = EmailMessage(policy=_POLICY)
        composed["From"] = Address(display_name=name, addr_spec=str(self.sender))
        composed["To"] = Address(addr_spec=str(self.recipients[0]))
        if self.reply_to:
            composed["Reply-To"] = Address(addr_spec=str(self.reply_to))
        composed["Subject"] = self.subject
        composed["Date"] = at
        composed["Message-ID"] = self.msgId
        composed["Auto-Submitted"] = "auto-generated"
        composed.set_content(text)
        composed.add_alternative(html, subtype="html")
        return composed.as_bytes()

    def _read_again(self, data: bytes) -> None:
        """Reads the finished bytes as their receiver will. Raises UnsafeEmail unless they say what was meant."""
        composed = email.message_from_bytes(data, policy=policy.SMTP)
        expected = Counter(name for name in HEADERS if name != "Reply-To" or self.reply_to)
        parts = [part for part in composed.iter_parts() if isinstance(part, EmailMessage)]
        meant = (
            Counter(composed.keys()) == expected
            and composed["To"] == self.recipients[0]
            and [address.addr_spec for address in composed["From"].addresses] == [self.sender]
            and _unfolded(composed["Subject"]) == self.subject
            and _unfolded(composed["Message-ID"]) == self.msgId
            and [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
            and all(set(part.keys()) <= _PART_HEADERS for part in parts)
        )
        if not meant:
            raise UnsafeEmail("whole")


def _unfolded(value: str) -> str:
    """What does not fit beside its header's name begins on the next line, with a blank that is none of its own."""
    return value.removeprefix(" ")
