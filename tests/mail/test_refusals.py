"""What the mail server will not take, and what becomes of the other emails."""

from datetime import timedelta

import pytest
import time_machine

from blueprints import clock
from blueprints.mailing import OTHERS_WAIT
from blueprints.retrying import BACK_OFF, GIVE_UP_AFTER
from models import EmailState
from tests.mail.desk import MailDesk
from tests.mail.server import Mumbler


def test_a_recipient_who_is_refused_fails_at_once_and_holds_up_nobody(desk, post_office):
    post_office.refuse["nobody@example.com"] = "550 5.1.1 no such user here"
    emails = [desk.queue(f"{name}@example.com") for name in ("ana", "nobody", "ben")]
    assert desk.deliver() == {"sent": 2, "failed": 1}
    failed = desk.again(emails[1])
    assert (failed.state, failed.answer) == (EmailState.FAILED, "550 5.1.1 no such user here")
    assert [letter.recipients[0] for letter in post_office.letters] == ["ana@example.com", "ben@example.com"]


def test_a_recipient_for_whom_it_is_too_early_is_tried_again(desk, post_office):
    post_office.refuse["full@example.com"] = "451 4.2.0 the mailbox is full"
    emails = [desk.queue(f"{name}@example.com") for name in ("full", "ben")]
    assert desk.deliver() == {"sent": 1, "put_off": 1}
    waiting = desk.again(emails[0])
    assert (waiting.state, waiting.answer) == (EmailState.QUEUED, "451 4.2.0 the mailbox is full")
    post_office.refuse.clear()
    with time_machine.travel(waiting.due_at):
        assert desk.deliver() == {"sent": 1}


def test_a_letter_that_is_refused_fails_with_the_answer(desk, post_office):
    post_office.mode = "refuse"
    email = desk.queue()
    assert desk.deliver() == {"failed": 1}
    assert desk.again(email).answer == "554 5.7.1 it looks like spam"


def test_the_waits_grow_and_end_after_two_days(desk, post_office):
    post_office.mode = "later"
    email = desk.queue()
    began, waits = email.created_at, []
    with time_machine.travel(began, tick=False) as clock_hand:
        while (row := desk.again(email)).state is EmailState.QUEUED:
            waits.append(row.due_at - clock.now())
            clock_hand.move_to(row.due_at)
            desk.deliver()
        assert GIVE_UP_AFTER < clock.now() - began < GIVE_UP_AFTER + timedelta(hours=4)
    assert (row.state, row.answer) == (EmailState.FAILED, "451 4.7.1 greylisted, come back")
    for wait, about in zip(waits[1:], BACK_OFF, strict=False):
        assert about * 0.9 <= wait <= about * 1.1
    assert waits[-1] > timedelta(hours=2)


def test_a_store_that_was_off_for_a_week_still_tries(desk, post_office):
    post_office.mode = "later"
    desk.queue()
    with time_machine.travel(clock.now() + timedelta(days=7)):
        assert desk.deliver() == {"put_off": 1}


def test_what_is_given_up_while_nothing_gets_through_has_failed(shop, desk, post_office):
    post_office.close()
    email = desk.queue()
    shop.change(email, attempts=len(BACK_OFF))
    with time_machine.travel(clock.now() + GIVE_UP_AFTER + timedelta(minutes=1)):
        assert desk.deliver() == {"failed": 1}
    assert desk.again(email).state is EmailState.FAILED


def test_a_link_to_a_new_password_that_nobody_took_stays_nowhere(desk, post_office):
    post_office.refuse["maria@example.com"] = "550 5.1.1 no such user here"
    email = desk.queue(kind="password_reset")
    assert desk.deliver() == {"failed": 1}
    assert desk.again(email).text == desk.again(email).html == ""


def test_a_server_that_is_shut_is_asked_once_and_everybody_waits(open_app, desk, post_office):
    post_office.close()
    emails = [desk.queue(f"customer{number}@example.com") for number in range(5)]
    assert desk.deliver() == {"unreachable": 1}
    assert desk.deliver() == {}
    rows = [desk.again(email) for email in emails]
    assert {row.answer for row in rows} == {"Connection refused"}
    assert [row.attempts for row in rows] == [1, 0, 0, 0, 0]
    post_office.open()
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert desk.deliver() == {"sent": 5}


def test_what_a_server_says_of_one_address_is_kept_with_no_other_email(desk, post_office):
    answer = "421 4.7.1 <maria@example.com>: too many, come back later"
    post_office.refuse["maria@example.com"] = answer
    hers, another = desk.queue("maria@example.com"), desk.queue("ben@example.com")
    assert desk.deliver() == {"unreachable": 1}
    assert [desk.again(email).answer for email in (hers, another)] == [answer, "421"]


def test_a_server_that_is_shut_holds_up_only_what_is_due(shop, desk, post_office):
    post_office.close()
    _first, overdue, undoable, failed = [desk.queue() for _ in range(4)]
    shop.change(overdue, state=EmailState.HELD, due_at=clock.now())
    until = clock.now() + timedelta(seconds=30)
    shop.change(undoable, state=EmailState.HELD, due_at=until)
    shop.change(failed, state=EmailState.FAILED)
    assert desk.deliver() == {"unreachable": 1}
    assert desk.again(failed).state is EmailState.FAILED, "what was given up is not tried again"
    waiting = desk.again(overdue)
    assert waiting.state is EmailState.QUEUED, "it can't be undone any more"
    assert 0.9 * OTHERS_WAIT < waiting.due_at - clock.now() <= 1.1 * OTHERS_WAIT
    still = desk.again(undoable)
    assert (still.state, still.due_at, still.answer) == (EmailState.HELD, until, "")


@pytest.mark.parametrize(
    ("words", "pause_s"), [(b"", 0), (b"HTTP/1.1 400 Bad Request\r\n", 0), (b"554 go away\r\n", 0), (b"2" * 99, 0.1)]
)
def test_what_is_no_mail_server_is_given_up_soon(words, pause_s, open_app):
    mumbler = Mumbler(words, pause_s=pause_s)
    desk = MailDesk(open_app(MAIL_PORT=mumbler.port, MAIL_TIMEOUT=0.3))
    email = desk.queue()
    assert desk.deliver() == {"unreachable": 1}
    assert not (pause_s and mumbler.has_said_all), "who takes ten seconds for an answer is not heard to its end"
    mumbler.close()
    assert desk.again(email).state is EmailState.QUEUED
    assert desk.again(email).answer


def test_nothing_is_said_to_a_server_without_a_certificate_that_can_be_checked(open_app, post_office):
    desk = MailDesk(open_app(MAIL_PORT=post_office.port, MAIL_USE_TLS=True, MAIL_USERNAME="suki", MAIL_PASSWORD="x"))
    email = desk.queue()
    assert desk.deliver() == {"unreachable": 1}
    assert post_office.letters == []
    assert "STARTTLS" in desk.again(email).answer


def test_without_an_address_to_send_from_it_waits_and_says_so(open_app, post_office):
    desk = MailDesk(open_app(MAIL_PORT=post_office.port, MAIL_DEFAULT_SENDER=None))
    email = desk.queue()
    assert desk.deliver() == {"unreachable": 1}
    assert "FLASK_MAIL_DEFAULT_SENDER" in desk.again(email).answer


def test_neither_address_nor_answer_stands_in_the_log(desk, post_office, caplog):
    post_office.refuse["nobody@example.com"] = "550 5.1.1 <nobody@example.com> is unknown"
    email = desk.queue("nobody@example.com")
    desk.deliver()
    assert f"email {email.id} failed: 550" in caplog.text
    assert "nobody@example.com" not in caplog.text
