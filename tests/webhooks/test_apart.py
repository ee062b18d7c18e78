"""What befalls one endpoint is no other’s business, and what one owner adds is not what another does."""

from sqlalchemy import select

from models import Role, User, WebhookEndpoint
from tests.orders.books import later
from tests.webhooks.receiver import answer


def test_what_waits_for_one_that_is_well_is_not_given_up_with_another(hooks, receiver, open_receiver):
    receiver.behave = answer("500 No")
    broken, whole = hooks.add(receiver), hooks.add(open_receiver())
    hooks.test(broken)
    hooks.deliver()
    for _ in range(3):
        hooks.test(whole)
    with later(days=2, hours=1):
        assert hooks.deliver() == {"failed": 1, "sent": 3}


def test_one_that_is_switched_off_keeps_back_its_own(olive, hooks, receiver, open_receiver):
    off, on = hooks.add(receiver), hooks.add(open_receiver())
    hooks.test(off)
    hooks.test(on)
    olive.post(f"/settings/webhooks/{off.id}/off")
    assert hooks.states() == ["not_sent", "queued"]
    assert hooks.deliver() == {"sent": 1}


def test_two_owners_who_want_the_same_get_one_each(olive, sam, shop):
    shop.change(shop.get(User, 2), role=Role.OWNER)
    for owner in (olive, sam):
        wish = {"url": "https://books.example.com/suki", "name": "Bookkeeping", "types": "order.cancelled"}
        assert owner.post("/settings/webhooks/new", data=wish).status == 303
    assert [endpoint.created_by_id for endpoint in shop.all(select(WebhookEndpoint))] == [1, 2]
