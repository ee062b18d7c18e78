"""How long emails are kept with their texts: for ever, unless the owner says otherwise."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from blueprints import clock
from blueprints.privacy import clearing
from blueprints.privacy.clearing import clear_old_emails
from models import Email, EmailRetention, EmailState, Event, NotSentReason, OrderStatus, db, writing
from tests.orders.books import later
from tests.people import signed_in
from tests.privacy.customers import HERE

TO = "maria@example.com"


def write(app, order, state, *, days, **columns):
    """An email whose last try was so many days ago."""
    with app.app_context(), writing() as session:
        at = clock.now() - timedelta(days=days)
        email = Email(kind="order_cancelled", order_id=order.id, recipient=TO, reply_to="nena@example.com", subject="S",
                      text=f"Hi {TO}", html=f"<p>Hi {TO}", message_id=f"<{state}{days}{len(columns)}>", state=state,
                      created_at=at, due_at=at, sent_at=at if state is EmailState.SENT else None,
                      answer=f"550 5.1.1 {TO} unknown", **columns)  # fmt: skip
        session.add(email)
        session.flush()
        return email.id


@pytest.fixture
def order(shop):
    return shop.order(status=OrderStatus.CANCELLED)


def keep(visitor, days):
    return visitor.post(f"{HERE}/emails", days=days)


def look(app):
    with app.app_context():
        return clear_old_emails()


def test_for_ever_unless_it_says_otherwise(app, olive, shop, order):
    write(app, order, EmailState.SENT, days=4000)
    assert olive.get(f"{HERE}/emails").value("days") == "for_ever"
    assert look(app) == 0
    assert "kept for ever" in olive.get(HERE).text


def test_old_ones_lose_their_texts_and_what_waits_is_never_touched(app, olive, shop, order):
    old = [
        write(app, order, EmailState.SENT, days=91),
        write(app, order, EmailState.FAILED, days=91),
        write(app, order, EmailState.NOT_SENT, days=91, reason=NotSentReason.DEMO),
    ]
    waiting = [write(app, order, state, days=400) for state in (EmailState.HELD, EmailState.QUEUED, EmailState.SENDING)]
    young = write(app, order, EmailState.SENT, days=89)
    assert olive.follow(keep(olive, "90")).text.count("kept for 90 days") == 1
    before = {email.id: email for email in shop.emails(order)}
    assert look(app) == 3
    for email_id in old:
        email = shop.get(Email, email_id)
        assert (email.text, email.html, email.recipient, email.reply_to, email.answer) == ("", "", "", None, "550")
        was = before[email_id]
        assert (email.kind, email.subject, email.state, email.created_at, email.sent_at, email.message_id) == (
            was.kind, was.subject, was.state, was.created_at, was.sent_at, was.message_id)  # fmt: skip
        assert email.cleared_at is not None
    for email_id in [*waiting, young]:
        assert (shop.get(Email, email_id).text, shop.get(Email, email_id).cleared_at) == (f"Hi {TO}", None)
    assert look(app) == 0


def test_the_order_says_that_the_customer_was_told_and_that_the_text_is_gone(app, olive, shop, order):
    write(app, order, EmailState.SENT, days=1)
    keep(olive, "30")
    with later(days=31):
        look(app)
        olive = signed_in(app, "olive")
        page = olive.get(f"/orders/{order.id}")
        assert "was told of the cancel on" in page.text
        assert "The text and the address were cleared on" in page.one("#emails").text
        assert not page.select("#emails form[action*='again']")
        assert olive.get("/orders/?attention=not_told").select("td.c-number") == []


def test_each_step_is_small_and_who_dies_is_followed(app, olive, shop, order, monkeypatch):
    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    for days in range(100, 105):
        write(app, order, EmailState.SENT, days=days)
    keep(olive, "30")
    commits = []
    with app.app_context():

        def die_after_two(_connection):
            commits.append(1)
            if len(commits) == 2:
                raise KeyboardInterrupt

        event.listen(db.engine, "commit", die_after_two)
        with pytest.raises(KeyboardInterrupt):
            clear_old_emails()
        db.session.remove()
        event.remove(db.engine, "commit", die_after_two)
    assert [bool(email.cleared_at) for email in shop.emails(order)] == 3 * [False] + 2 * [True], "the oldest first"
    assert look(app) == 3
    assert len(commits) == 2


def test_a_process_that_is_to_end_does_no_further_step(app, olive, shop, order, monkeypatch):
    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    for days in range(100, 105):
        write(app, order, EmailState.SENT, days=days)
    keep(olive, "30")
    asked = iter([False, True])
    monkeypatch.setattr(clearing.background, "is_stopping", lambda: next(asked))
    assert look(app) == 2


def test_switching_it_off_stops_it_and_is_noted(app, olive, shop, order):
    keep(olive, "30")
    keep(olive, "30")
    assert shop.count(EmailRetention) == 1
    write(app, order, EmailState.SENT, days=100)
    keep(olive, "for_ever")
    assert (look(app), shop.count(EmailRetention)) == (0, 0)
    codes = [each.code for each in shop.all(select(Event).where(Event.code.startswith("settings")))]
    assert codes == ["settings.changed.privacy"] * 2


@pytest.mark.parametrize("days", ["for_ever", "365"])
def test_what_the_owner_says_while_it_waits_for_the_lock_holds(app, olive, shop, order, monkeypatch, days):
    old = write(app, order, EmailState.SENT, days=100)
    keep(olive, "30")
    any_older = clearing._any_older
    monkeypatch.setattr(clearing, "_any_older", lambda days_: any_older(days_) and keep(olive, days).status == 303)
    assert look(app) == 0
    assert shop.get(Email, old).text


def test_other_times_are_refused(olive, shop):
    for wrong in ("", "0", "29", "731", "x", "-90", "90.5", "٩٠"):
        page = keep(olive, wrong)
        assert (page.status, list(page.errors)) == (422, ["days"]), wrong
    assert shop.count(EmailRetention) == 0


def test_staff_do_not_set_it(sam, shop):
    assert keep(sam, "30").status == 403
    assert shop.count(EmailRetention) == 0
