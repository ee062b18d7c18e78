"""The owner reads on a page what `flask doctor` says in a terminal."""

import shutil

import pytest

from tests.doctor.test_examining import Usage
from tests.mail.desk import MailDesk
from tests.pages import words
from tests.people import signed_in

HERE = "/settings/health"


def test_the_owner_reads_it_and_nobody_else(olive, sam, uma):
    page = olive.get(HERE)
    assert page.status == 200
    assert "The database is up to date." in page.text
    for visitor in (sam, uma):
        assert visitor.get(HERE).status == 403
        assert visitor.post(f"{HERE}/mail").status == 403


def test_the_mail_server_is_asked_only_by_hand(olive, post_office):
    assert "The mail server" not in olive.get(HERE).text
    page = olive.post(f"{HERE}/mail")
    assert f"The mail server 127.0.0.1:{post_office.port} answers" in page.text
    assert post_office.letters == []


def test_that_there_is_no_mail_server_is_said_at_once(open_app):
    page = signed_in(open_app(MAIL_SERVER=None), "olive").get(HERE)
    assert "No mail server is set up, so nobody is mailed." in page.text


def test_what_fails_is_marked_by_more_than_its_colour(app, olive, post_office):
    post_office.refuse["nobody@example.com"] = "550 no such user"
    desk = MailDesk(app)
    desk.queue("nobody@example.com")
    desk.deliver()
    page = olive.get(HERE)
    [row] = [row for row in page.select("main li") if "failed" in row.text]
    assert "See to it" in row.text


@pytest.mark.parametrize(("free", "is_said"), [(11, False), (9, True)])
def test_the_owner_is_told_on_every_page_before_the_disk_is_full(olive, sam, monkeypatch, free, is_said):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100 * 10**9, (100 - free) * 10**9, free * 10**9))
    banner = olive.get("/orders/").select("aside[aria-label=Disk]")
    assert ["only 9 GB are free, 9 %." in words(each) for each in banner] == [True] * is_said
    assert not sam.get("/orders/").select("aside[aria-label=Disk]")


def test_its_times_are_those_of_the_shop(olive):
    page = olive.get(HERE)
    assert "The clock says" in page.text
    assert "UTC" not in page.text
