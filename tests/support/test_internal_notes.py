"""What the support team says among itself stays there."""

from io import BytesIO

import pytest

from models import Email, Ticket
from tests.support.conftest import state_of, story_of
from tests.support.files import PNG

SECRET = "Quetzal"


@pytest.fixture
def noted(uma, ask):
    """A ticket with an internal note and its file."""
    ticket = ask()
    page = uma.post(
        f"/support/tickets/{ticket}/reply",
        body=f"{SECRET} says no",
        internal="y",
        files=(BytesIO(PNG), f"{SECRET}.png"),
    )
    assert page.status == 303
    return ticket


def test_a_reply_that_says_no_to_it_is_for_the_merchant(uma, olive, ask):
    ticket = ask()
    uma.post(f"/support/tickets/{ticket}/reply", body="On our way", internal="0")
    assert "On our way" in olive.get(f"/support/tickets/{ticket}").text


@pytest.mark.parametrize(
    "url", ["/support/tickets/{0}", "/support/tickets", "/support/tickets?q=quetzal", "/", "/support/tickets?state=all"]
)
def test_the_merchant_meets_it_nowhere(olive, sam, noted, url):
    for visitor in (olive, sam):
        page = visitor.get(url.format(noted))
        assert page.status == 200
        assert SECRET not in page.response.text.replace(f"matches “{SECRET}", "")
        assert "internal" not in page.response.text.lower()


def test_its_file_is_not_there_for_the_merchant(olive, uma, noted):
    assert olive.get("/support/attachments/1").status == 404
    assert uma.client.get("/support/attachments/1").status_code == 200


def test_nobody_is_mailed(shop, noted):
    assert [email.kind for email in shop.emails()] == ["ticket_opened"]
    assert not any(SECRET in email.text + email.html for email in shop.emails())


def test_nothing_changes_that_the_merchant_could_notice(shop, olive, noted):
    assert state_of(shop, noted) == "open"
    assert story_of(shop, noted) == ["ticket.opened", "ticket.noted"]
    assert "note" not in olive.get(f"/support/tickets/{noted}").one("#history").get_text()


def test_the_team_reads_it_as_such(uma, noted):
    page = uma.get(f"/support/tickets/{noted}")
    [note] = page.select(".thread .is-internal")
    assert f"{SECRET} says no" in note.get_text()
    assert "internal note" in note.get_text()


def test_a_note_reopens_nothing(uma, shop, ask):
    ticket = ask()
    uma.post(f"/support/tickets/{ticket}/solve")
    uma.post(f"/support/tickets/{ticket}/reply", body=SECRET, internal="y")
    assert state_of(shop, ticket) == "solved"
    assert shop.get(Ticket, ticket).solved_at is not None


def test_solving_with_a_note_sends_no_word_of_it(uma, olive, shop, ask):
    ticket = ask()
    uma.post(f"/support/tickets/{ticket}/solve", body=SECRET, internal="y")
    assert state_of(shop, ticket) == "solved"
    assert not any(SECRET in email.text + email.html for email in shop.emails())
    assert SECRET not in olive.get(f"/support/tickets/{ticket}").response.text


def test_a_merchant_writes_no_internal_note(olive, uma, shop, ask):
    ticket = ask()
    olive.post(f"/support/tickets/{ticket}/reply", body="Psst", internal="y")
    assert not uma.get(f"/support/tickets/{ticket}").select(".is-internal")
    assert shop.count(Email) == 2
