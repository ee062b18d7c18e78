"""A test email to the owner, to see whether mail gets out at all."""

import pytest

from models import EmailState, NotSentReason


def test_it_goes_to_whoever_asks_and_nowhere_else(olive, shop):
    page = olive.post("/settings/alerts/test", recipient="mallory@example.com", email="mallory@example.com")
    assert (page.status, page.location) == (303, "/settings/alerts")
    (email,) = shop.emails()
    assert (email.recipient, email.state, email.order_id) == ("olive@example.com", EmailState.QUEUED, None)
    assert "Aling Nena’s" in email.text
    assert "Aling Nena’s" in email.html


def test_the_page_says_how_the_last_one_fared(olive, shop):
    assert "Last test" not in olive.get("/settings/alerts").text
    olive.post("/settings/alerts/test")
    assert "Last test: to olive@example.com, today" in olive.get("/settings/alerts").text
    (email,) = shop.emails()
    shop.change(email, state=EmailState.FAILED, answer="535 Authentication <failed>")
    text = olive.get("/settings/alerts").text
    assert "Failed" in text
    assert "535 Authentication <failed>" in text


@pytest.mark.parametrize("state", [EmailState.QUEUED, EmailState.FAILED])
def test_the_page_looks_again_by_itself_only_while_it_may_change(olive, shop, state):
    olive.post("/settings/alerts/test")
    (email,) = shop.emails()
    shop.change(email, state=state)
    assert bool(olive.get("/settings/alerts").select("#mail[data-refresh-seconds]")) == (state is EmailState.QUEUED)


def test_without_a_mail_server_it_is_kept_and_the_page_says_why(app, olive, shop):
    app.config["MAIL_SERVER"] = None
    olive.post("/settings/alerts/test")
    (email,) = shop.emails()
    assert (email.state, email.reason) == (EmailState.NOT_SENT, NotSentReason.NO_SERVER)
    text = olive.get("/settings/alerts").text
    assert "No mail server is set up" in text
    assert "It did not leave: no mail server is set up." in text
    assert "Nobody is told: no mail server is set up" in olive.get("/settings/").text


def test_without_a_sender_the_page_says_what_is_missing(app, olive):
    app.config["MAIL_DEFAULT_SENDER"] = None
    assert "FLASK_MAIL_DEFAULT_SENDER" in olive.get("/settings/alerts").text
