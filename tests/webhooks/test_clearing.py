"""Messages are kept for ninety days, and then no longer, whatever becomes of their webhook."""

from datetime import timedelta

from blueprints import clock
from blueprints.webhooks.background_tasks import deliver_webhooks
from blueprints.webhooks.delivering import KEPT_FOR, clear_old
from models import EmailState
from tests.orders.books import later
from tests.storing import lock_held


def test_old_messages_are_cleared_away_and_those_that_wait_are_not(app, shop, hooks, receiver):
    endpoint = hooks.add(receiver)
    old, waits, new = (hooks.test(endpoint) for _ in range(3))
    hooks.deliver()
    long_ago = clock.now() - KEPT_FOR - timedelta(hours=1)
    shop.change(old, created_at=long_ago)
    shop.change(waits, created_at=long_ago, state=EmailState.QUEUED)
    with app.app_context():
        clear_old()
    assert [message.id for message in hooks.messages()] == [waits.id, new.id]


def test_they_are_though_nothing_is_sent_any_more(app, olive, hooks):
    endpoint = hooks.add("https://example.com/")
    hooks.test(endpoint)
    olive.post(f"/settings/webhooks/{endpoint.id}/off")
    for days, states in ((89, ["not_sent"]), (91, [])):
        with later(days=days), app.app_context():
            deliver_webhooks()
        assert hooks.states() == states


def test_a_round_with_nothing_to_clear_waits_for_nobody(app, shop, hooks):
    shop.change(hooks.test(hooks.add("https://example.com/")), due_at=clock.now() + timedelta(days=99))
    with later(days=91), lock_held(app), app.app_context():
        deliver_webhooks()  # raises DatabaseBusy, should it want to write
    assert hooks.states() == ["queued"]
