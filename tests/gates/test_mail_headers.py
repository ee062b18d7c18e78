"""Nobody's text adds a header to the shop's mail, ends its headers, or names another recipient or part."""

import shutil
from email.header import decode_header, make_header
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from blueprints import composing, mailing
from blueprints.orders import telling
from models import Email, EmailState, db
from tests.conftest import make_app
from tests.gates.planting import KINDS, Planter
from tests.mail.conftest import post_office  # noqa: F401 (a fixture)
from tests.mail.server import Delivered, PostOffice
from tests.mail.test_headers import ENCODED, PAYLOADS, fixed

READERS = {"maria@example.com", "olive@example.com", "sam@example.com", "new@example.com", "nena@example.com",
               "tulong@example.com", "uma@example.com"}  # fmt: skip
"""Whoever the letters are for."""


SIGNATURE = ["text/plain", "text/html"]


class Post:
    """A store full of one text, with all its mail delivered: `faults` is what is wrong with that."""

    def __init__(self, first_day: Path, folder: Path, office: PostOffice, text: str) -> None:
        self.fields: set[str] = set()
        self.text = text
        folder.mkdir()
        shutil.copy(first_day, folder / "suki.db")
        app = make_app(folder, MAIL_PORT=office.port, BASE_URL="http://127.0.0.1:5000")
        planter = Planter(app, self.say)
        planter.plant()
        with app.app_context():
            mailing.deliver()
            db.engine.dispose()
        self.emails = planter.shop.all(select(Email))
        self.came = {letter.message["Message-ID"]: letter for letter in office.letters}
        self.too_many = len(office.letters) - len(self.came)
        office.letters.clear()

    def say(self, field: str, most: int) -> str:
        self.fields.add(field)
        return self.text[:most]

    def faults(self) -> list[str]:
        kinds = {email.kind for email in self.emails}
        found = [f"no {kind}" for kind in KINDS - kinds] + ["a letter of no email"] * self.too_many
        for email in self.emails:
            letter = self.came.pop(email.message_id, None)
            if email.state is EmailState.NOT_SENT:
                continue
            fault = f"{email.state}, {email.answer}" if letter is None else self.fault(email, letter)
            found += [f"{email.kind}: {fault}"] if fault else []
        return found + [f"a letter of no email: {name}" for name in self.came]

    def fault(self, email: Email, letter: Delivered) -> str | None:
        message = letter.message
        if not fixed(message.keys()):
            return f"headers {message.keys()}"
        if letter.recipients != (email.recipient,) or email.recipient not in READERS:
            return f"recipients {letter.recipients}"
        if [part.get_content_type() for part in message.iter_parts()] != SIGNATURE:
            return "other parts"
        is_free = self.text[:10] in message["Subject"] and not self.text.isalnum()  # an order may be called xxx…
        if message["Subject"].removeprefix(" ") != email.subject or is_free:  # a long one begins on the next line
            return f"subject {message['Subject']!r}"
        return None


@pytest.fixture
def post(first_day, tmp_path, post_office):  # noqa: F811 (a fixture's name)
    """post(text): a store of its own."""
    numbers = count()
    return lambda text: Post(first_day, tmp_path / str(next(numbers)), post_office, text)


@pytest.mark.slow
def test_no_text_reaches_a_header_a_recipient_or_a_part(gate, post):
    payloads = gate.size(quick=2, full=len(PAYLOADS))
    letters, fields = 0, set()
    for text in PAYLOADS[:: len(PAYLOADS) // payloads]:
        store = post(text)
        assert store.faults() == [], repr(text)
        letters, fields = letters + len(store.emails), fields | store.fields
    gate.figure(f"{payloads} payloads × {len(fields)} fields × {len(KINDS)} kinds, {letters} emails: 0 foreign")


@pytest.mark.control
def test_with_the_raw_name_in_the_subject_it_does(gate, post, monkeypatch):
    """The customer's name instead of the number, a letter as Pythons before 3.11.10 wrote it, and nobody to read it."""
    monkeypatch.setattr(composing, "_plain_line", lambda text, _part: text)
    monkeypatch.setattr(composing.FinishedEmail, "_build", as_old_pythons)
    monkeypatch.setattr(composing.FinishedEmail, "_read_again", lambda *_: None)
    about = telling._about
    monkeypatch.setattr(
        telling, "_about", lambda order, status: about(order, status) | {"plain_number": order.customer_name}
    )
    store = post(ENCODED[0])
    foreign = [letter for letter in store.came.values() if letter.message["Bcc"]]
    assert foreign
    assert store.faults()
    gate.figure(f"the raw name in the subject: {len(foreign)} of {len(store.emails)} emails had a foreign header")


def as_old_pythons(letter, _name, text, _html, _at):
    """CVE-2024-6923: what is encoded in a header was decoded, and written out with its line breaks."""
    subject = make_header(decode_header(letter.subject))
    head = f"From: {letter.sender}\r\nTo: {letter.recipients[0]}\r\nSubject: {subject}\r\n"
    return f"{head}Message-ID: {letter.msgId}\r\n\r\n{text}".encode()
