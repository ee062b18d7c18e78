"""What is given up after two days or at once, and what is tried on."""

from models import EmailState
from tests.orders.books import later
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
