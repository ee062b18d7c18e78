"""Nobody's text adds a header, ends the headers, or names another recipient."""

import email
from collections import Counter
from email import policy

import pytest

from blueprints import clock
from blueprints.composing import HEADERS, FinishedEmail, UnsafeEmail
from blueprints.outbox import Message
from models import Email, EmailState, Store, writing
from tests.mail.desk import MailDesk
from tests.storing import ON_POSTGRES

EVIL = "Bcc: victim@example.org"
ENDS = ["\n", "\r", "\r\n", "\n ", "\r\n\t", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\0"]
ENCODED = [
    "=?utf-8?q?Eve=0D=0ABcc=3A_victim=40example.org?=",
    "=?utf-8?q?Eve=0D=0AReply-To=3A_victim=40example.org=0D=0A=0D=0A<h1>hi</h1>?=",
    "=?utf-8?b?RXZlDQpCY2M6IHZpY3RpbUBleGFtcGxlLm9yZw==?=",
    "=?us-ascii?q?Eve=0A_Bcc=3A?= =?utf-8?q?_victim=40example.org?=",
    "=?utf-8?q?=0D=0A.=0D=0AMAIL_FROM=3A?=",
    "Eve =?utf-8?q?=0ABcc=3Av=40example.org?= Peña",
]
OTHERS = [
    "maria@example.com, victim@example.org",
    "maria@example.com; victim@example.org",
    "maria@example.com victim@example.org",
    "Maria <maria@example.com>",
    "maria@example.com>\r\nRCPT TO:<victim@example.org",
    "\u202egro.elpmaxe@mitciv",
    "maria@example.com\u200b",
    '"a\r\nb"@example.com',
    "x" * 2000,
    "\r\n\r\n<h1>body</h1>",
]
PAYLOADS = [f"Eve{end}{EVIL}" for end in ENDS] + ENCODED + OTHERS
assert len(PAYLOADS) == 30
# PostgreSQL takes no text with a NUL, and none that is longer than its column: there these are in no row to begin with.
STORED = [each for each in PAYLOADS if not ON_POSTGRES or ("\0" not in each and len(each) <= 254)]

PLAIN = {
    "sender": ("Aling Nena", "shop@example.com"),
    "recipient": "maria@example.com",
    "reply_to": "nena@example.com",
    "subject": "Your order is cancelled",
    "text": "Hello",
    "html": "<p>Hello</p>",
    "message_id": "<1@example.com>",
}


def fixed(headers: list[str]) -> bool:
    return Counter(headers) in (Counter(HEADERS), Counter(HEADERS) - Counter(["Reply-To"]))


def test_an_address_that_is_none_gets_nothing_and_says_so(shop, desk, post_office):
    emails = [desk.tell(shop.order(customer_email=payload)) for payload in STORED]
    assert desk.deliver() == {"failed": len(STORED)}
    assert post_office.letters == []
    assert {desk.again(email).answer for email in emails} == {
        "Suki did not send it: the address is not one valid email address."
    }


def test_an_answer_address_that_is_none_is_left_out(desk, post_office):
    for payload in STORED:
        desk.queue(reply_to=payload)
    assert desk.deliver() == {"sent": len(STORED)}
    assert all("Reply-To" not in letter.message for letter in post_office.letters)
    assert all(fixed(letter.message.keys()) for letter in post_office.letters)


def test_a_subject_that_could_be_read_as_more_is_not_sent(desk, post_office):
    for payload in STORED:
        desk.queue(message=Message(subject=payload[:200], text="Hello", html="<p>Hello</p>"))
    outcomes = desk.deliver()
    assert outcomes.total() == len(STORED)
    assert outcomes["sent"] == len(post_office.letters) > 0
    assert all(fixed(letter.message.keys()) for letter in post_office.letters)
    assert not [letter for letter in post_office.letters if "Eve" in letter.message["Subject"]]


@pytest.mark.parametrize("name", ["=?utf-8?q?Eve?=", "Nena <eve@example.com>", "Nena, eve@example.com"])
def test_a_store_whose_name_could_be_read_as_more_goes_by_its_address(name, shop, desk, post_office):
    shop.change(shop.get(Store, 1), name=name)
    desk.queue()
    assert desk.deliver() == {"sent": 1}
    assert post_office.letters[0].message["From"] == "shop@example.com"


@pytest.mark.parametrize("field", PLAIN)
def test_a_letter_is_what_was_meant_or_is_none(field):
    for payload in [*PAYLOADS, "Eve\ud800"]:
        value = (payload, "shop@example.com") if field == "sender" else payload
        try:
            data = FinishedEmail(**PLAIN | {field: value}, at=clock.now()).as_bytes()
        except UnsafeEmail:
            continue
        assert field not in ("recipient", "reply_to")
        letter = email.message_from_bytes(data, policy=policy.SMTP)
        assert fixed(letter.keys())
        assert len(letter["To"].addresses) == len(letter["From"].addresses) == 1
        assert letter["To"] == PLAIN["recipient"]


@pytest.mark.parametrize("number", ["1041", "A-1041", "2026/11/23_1", "SO 12"])
def test_a_plain_number_stands_in_the_subject(number, shop, desk, post_office):
    desk.tell(shop.order(number=number))
    desk.deliver()
    assert post_office.letters[0].message["Subject"] == f"Your order {number} is cancelled"


@pytest.mark.parametrize("number", ["1041\n", "١٠٤١", "<b>1</b>", "=?utf-8?q?1?=", "1041 ", "-1041", "ñ1"])
def test_any_other_number_does_not(number, shop, desk, post_office):
    desk.tell(shop.order(number=number))
    desk.deliver()
    assert post_office.letters[0].message["Subject"] == "Your order is cancelled"


def test_a_long_number_and_a_long_domain_leave_as_any_other(shop, open_app, post_office):
    """A header that is too long for its line goes on in the next one, and is still what was meant."""
    for length in (32, 46, 60):
        home = "a" * (length - 11) + ".example.com"
        desk = MailDesk(open_app(MAIL_PORT=post_office.port, MAIL_DEFAULT_SENDER=f"shop@{home}"))
        desk.tell(shop.order(number="X" * (length - 20)), kind="order_returned")
        desk.queue(message=Message(subject=f"A part of your order {'x' * length} is cancelled", text="-", html="-"))
        assert desk.deliver() == {"sent": 2}, length


@pytest.mark.parametrize("address", ["x" * 64 + "@" + "y" * 63 + ".example.com", "ana@peña.example.com", "a'b+c@e.ph"])
def test_unusual_addresses_are_served(address, desk, post_office):
    desk.queue(address)
    assert desk.deliver() == {"sent": 1}
    assert post_office.letters[0].recipients[0].startswith(address.split("@")[0] + "@")


def test_a_row_that_somebody_tampered_with_is_not_sent(desk, app, post_office):
    kept = desk.queue()
    with app.app_context(), writing() as session:
        session.get(Email, kept.id).message_id = "<1@example.com>\r\nBcc: victim@example.org"
    assert desk.deliver() == {"failed": 1}
    assert desk.again(kept).state is EmailState.FAILED
