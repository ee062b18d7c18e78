"""What the database itself lets go: a customer's words, with an erasure of theirs, and nothing beside."""

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models import db
from tests.privacy.customers import erase

NOT_WITHOUT_ONE = (
    "UPDATE cancel_requests SET reason = '[…]'",
    "UPDATE cancel_requests SET reason = 'other'",
    "UPDATE settlements SET reference = ''",
    "UPDATE refunds SET waived_because = '[…]'",
)
NOT_EVEN_WITH_ONE = (
    "UPDATE cancel_requests SET reason = 'other'",
    "UPDATE cancel_requests SET reason = '[…]', decided_at = NULL, state = 'open'",
    "UPDATE settlements SET reference = 'other'",
    "UPDATE settlements SET reference = '', amount = 1",
    "UPDATE refunds SET waived_because = 'other' WHERE waived_because IS NOT NULL",
    "UPDATE refunds SET owed = owed + 1",
    "UPDATE emails SET text = 'x' WHERE cleared_at IS NOT NULL",
    "UPDATE emails SET cleared_at = NULL WHERE cleared_at IS NOT NULL",
    "UPDATE emails SET state = 'queued' WHERE cleared_at IS NOT NULL",
    "DELETE FROM events",
    "UPDATE events SET user_id = NULL",
    "INSERT INTO email_retention VALUES (1, 29)",
    "INSERT INTO email_retention VALUES (2, 90)",
)


def is_refused(app, statement) -> bool:
    with app.app_context(), db.engine.connect().execution_options(writes=True) as connection:
        try:
            connection.execute(text(statement))
        except IntegrityError:
            return True
        finally:
            connection.rollback()
    return False


def test_no_word_goes_without_an_erasure(app, orders):
    assert [statement for statement in NOT_WITHOUT_ONE if not is_refused(app, statement)] == []


def test_nothing_but_the_words_goes_with_one(app, olive, orders):
    erase(olive, orders)
    assert [statement for statement in NOT_EVEN_WITH_ONE if not is_refused(app, statement)] == []
