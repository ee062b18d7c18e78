"""What is given up after two days or at once, what is tried on, and after which rests."""

from datetime import timedelta

import time_machine

from blueprints import clock, retrying
from models import EmailState, WebhookMessage
from tests.orders.books import later
from tests.people import signed_in
from tests.webhooks.receiver import answer


def test_a_first_failure_after_days_of_silence_gives_nothing_up(hooks, receiver):
    """The store was switched off meanwhile."""
    receiver.behave = answer("500 No")
    message = hooks.test(hooks.add(receiver))
    with later(days=3):
        assert hooks.deliver() == {"put_off": 1}
    assert hooks.message(message.id).state is EmailState.QUEUED


def test_only_what_waited_for_days_is_given_up(hooks, receiver):
    receiver.behave = answer("500 No")
    endpoint = hooks.add(receiver)
    hooks.test(endpoint)
    hooks.deliver()
    with later(days=2, hours=1):
        hooks.test(endpoint)
        assert hooks.deliver() == {"failed": 1}
        assert hooks.states() == ["failed", "queued"]
    with later(days=2, hours=2):
        assert hooks.deliver() == {"put_off": 1}
        assert hooks.states() == ["failed", "queued"]


def test_what_was_switched_off_while_the_receiver_said_gone_is_off_as_it_was_put(olive, hooks, receiver):
    endpoint = hooks.add(receiver)
    hooks.test(endpoint)
    receiver.behave = answer("410 Gone")
    receiver.before_answer = lambda: olive.post(f"/settings/webhooks/{endpoint.id}/off")
    hooks.deliver()
    endpoint = hooks.endpoint(endpoint.id)
    assert (endpoint.is_on, endpoint.is_gone) == (False, False)


def test_an_address_that_may_be_inside_now_is_not_left_to_rest(olive, hooks, receiver):
    endpoint = hooks.add(receiver, allow_private=False)
    hooks.test(endpoint)
    hooks.deliver()
    assert hooks.endpoint(endpoint.id).rests_until
    change = {"url": endpoint.url, "name": "", "types": endpoint.types, "allow_private": "y"}
    assert olive.post(f"/settings/webhooks/{endpoint.id}/change", data=change).status == 303
    endpoint = hooks.endpoint(endpoint.id)
    assert (endpoint.allow_private, endpoint.failures, endpoint.rests_until) == (True, 0, None)


def rests_after_failures(hooks, endpoint, *, many):
    """How long it rests after each, when each comes as soon as the rest before it is over."""
    rests = []
    with time_machine.travel(clock.now(), tick=False) as clockwork:
        for _ in range(many):
            hooks.test(endpoint)
            assert hooks.deliver() == {"put_off": 1}
            until = hooks.endpoint(endpoint.id).rests_until
            rests.append(until - clock.now())
            clockwork.move_to(until)
    return rests


def test_it_rests_longer_with_each_failure_and_once_it_is_well_it_begins_anew(hooks, receiver):
    receiver.behave = answer("500 No")
    endpoint = hooks.add(receiver)
    abouts = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 15)]
    rests = rests_after_failures(hooks, endpoint, many=4)
    for rest, about in zip(rests, abouts, strict=True):
        assert 0.9 * about <= rest <= 1.1 * about
    assert rests != abouts, "what failed together does not come back together"
    receiver.behave = answer("200 OK")
    with later(hours=1):
        assert hooks.deliver() == {"sent": 4}
        receiver.behave = answer("500 No")
        [rest] = rests_after_failures(hooks, endpoint, many=1)
    assert rest <= 1.1 * abouts[0]


def test_sent_again_by_hand_it_has_all_its_tries_though_suki_was_off_for_days(olive, shop, hooks, receiver):
    receiver.behave = answer("500 No")
    message = hooks.test(hooks.add(receiver))
    hooks.deliver()
    shop.change(message, state=EmailState.FAILED, attempts=9)
    shop.change(hooks.endpoint(1), failures=0, failing_since=None, rests_until=None)  # it took others meanwhile
    with later(minutes=2):
        assert olive.post(f"/settings/webhooks/messages/{message.id}/again").status == 303
    with later(days=3):
        assert hooks.deliver() == {"put_off": 1}
        assert hooks.message(message.id).due_at - clock.now() < timedelta(minutes=2), "as after any first try"


def test_sent_again_by_hand_it_is_tried_for_two_days_from_then(app, shop, hooks, receiver):
    receiver.behave = answer("500 No")
    message = hooks.test(hooks.add(receiver))
    hooks.deliver()
    with later(days=3):
        assert hooks.deliver() == {"failed": 1}
        signed_in(app, "olive").post(f"/settings/webhooks/messages/{message.id}/again")
        shop.change(message, attempts=9)
        assert hooks.deliver() == {"put_off": 1}


def test_who_was_too_slow_notes_nothing_over_whoever_has_it_now(app, shop, hooks, receiver):
    receiver.behave = answer("500 No")
    message = hooks.test(hooks.add(receiver))

    def somebody_else_has_it():
        shop.change(message, due_at=clock.now())  # as ten minutes would
        with app.app_context():
            assert retrying.claim(WebhookMessage, message.id) is not None

    receiver.before_answer = somebody_else_has_it
    hooks.deliver()
    message = hooks.message(message.id)
    assert (message.state, message.attempts, message.answer) == (EmailState.SENDING, 2, "")
