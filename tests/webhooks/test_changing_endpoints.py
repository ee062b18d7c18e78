"""The owner keeps the list of webhooks: adds, changes, switches, shows the secret, and sends by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from blueprints import clock
from blueprints.webhooks.changing_endpoints import MOST_ENDPOINTS
from models import (
    Cancellation,
    EmailState,
    Event,
    Store,
    UnsentReason,
    UserSession,
    WebhookEndpoint,
    WebhookType,
    writing,
)
from tests.orders.books import later, reinstate, undo
from tests.orders.deciding import cancel
from tests.orders.watching import statements
from tests.webhooks.receiver import answer

LIST, NEW, PAGE = "/settings/webhooks", "/settings/webhooks/new", "/settings/webhooks/1"
ONE = {"url": "https://books.example.com/suki", "name": "Bookkeeping", "types": "order.cancelled"}


def test_an_address_is_added_and_tells_what_comes_next(olive, hooks):
    answered = olive.post(NEW, data=ONE)
    assert (answered.status, answered.location) == (303, PAGE)
    page = olive.follow(answered)
    assert page.h1 == "Bookkeeping"
    assert page.messages == ["The webhook is added. Give its secret to the receiver, then send a test."]
    endpoint = hooks.endpoint(1)
    assert (endpoint.url, endpoint.types, endpoint.allow_private) == (ONE["url"], [WebhookType.ORDER_CANCELLED], False)
    assert "Bookkeeping" in olive.get(LIST).text
    assert "1 other system is told of what happens" in olive.get("/settings/").text


def test_two_clicks_add_one_and_another_wish_another(olive, shop):
    for wish in (ONE, ONE, ONE | {"name": "Stock"}):
        assert olive.post(NEW, data=wish).status == 303
    assert [endpoint.name for endpoint in shop.all(select(WebhookEndpoint))] == ["Bookkeeping", "Stock"]


WHOLE = "Write the whole address, such as https://example.com/suki."
INSIDE = "This address is inside a network, not on the internet. If that network is yours, tick the box below."
WRONG = [
    ("", "Write the address that is to be told."),
    ("example.com/hook", WHOLE),
    ("javascript:alert(1)", WHOLE),
    ("ftp://example.com/", WHOLE),
    ("file:///etc/passwd", WHOLE),
    ("https://", WHOLE),
    ("https://exa mple.com/", WHOLE),
    ("https://example.com:0/", WHOLE),
    ("https://example.com:65536/", WHOLE),
    ("https://good.example\\evil.example/", WHOLE),
    ("https://[fe80::1%25eth0]/", WHOLE),
    ("https://-ñ-/", WHOLE),
    ("https://example.com/\r\nX-Evil: 1", WHOLE),
    ("https://example.com/" + "ñ" * 400, WHOLE),
    ("https://example.com/" + "x" * 5000, "This is 5,020 characters long; at most 500 fit."),
    (
        "https://ana:secret@example.com/",
        "Leave the name and the password out of the address: the signature says who sends.",
    ),
    ("http://127.0.0.1:5000/", INSIDE),
    ("http://0x7f.1/", INSIDE),
    ("http://169.254.169.254/", "No receiver can be at this address."),
]


def test_what_is_no_address_is_said_at_its_field_and_kept(olive):
    for typed, error in WRONG:
        page = olive.post(NEW, data={**ONE, "url": typed})
        assert (page.status, page.errors) == (422, {"url": error}), typed
        assert page.value("url") == " ".join(typed.split())
        assert page.value("name") == "Bookkeeping"
        assert page.one("input[name=types][checked]")["value"] == "order.cancelled"
    assert olive.get(PAGE).status == 404


def test_something_has_to_be_told(olive):
    for types in ([], ["suki.test"], ["order.shipped"]):
        page = olive.post(NEW, data={**ONE, "types": types})
        assert (page.status, page.errors) == (422, {"types": "Tick at least one."})


def test_an_address_of_ones_own_network_needs_the_tick(olive, hooks):
    assert olive.post(NEW, data={**ONE, "url": "http://192.168.1.20/", "allow_private": "y"}).status == 303
    page = olive.get(PAGE)
    assert "whoever is on the way can read the messages" in page.text
    assert hooks.endpoint(1).allow_private


def test_there_is_a_most(olive, hooks):
    for number in range(MOST_ENDPOINTS):
        hooks.add(f"https://example.com/{number}")
    page = olive.post(NEW, data=ONE)
    assert page.status == 409
    assert f"There are {MOST_ENDPOINTS} webhooks already." in page.text
    assert page.value("url") == ONE["url"]
    assert not olive.get(LIST).select(f"a[href='{NEW}']")


def test_it_is_changed_and_what_waits_goes_to_the_new_address(olive, hooks, receiver):
    endpoint = hooks.add("http://127.0.0.1:1/")
    hooks.test(endpoint)
    hooks.deliver()
    fields = olive.get(f"{PAGE}/change").fields(f"{PAGE}/change")
    typed = {**fields, "url": receiver.url(), "types": "ticket.solved", "allow_private": "y"}
    assert olive.post(f"{PAGE}/change", data=typed).status == 303
    assert hooks.endpoint(1).types == [WebhookType.TICKET_SOLVED]
    with later(minutes=2):
        assert hooks.deliver() == {"sent": 1}
    page = olive.post(f"{PAGE}/change", data={**typed, "url": "nonsense"})
    assert (page.status, page.value("url")) == (422, "nonsense")


def test_history_has_each_change_and_nothing_where_nothing_changed(olive, shop):
    def noted():
        return len(shop.all(select(Event).where(Event.code == "settings.changed.webhooks")))

    olive.post(NEW, data=ONE)
    wish, times = dict(ONE), noted()
    for change in (
        {"url": "https://elsewhere.example.org/suki"},
        {"name": "Stock"},
        {"types": "ticket.solved"},
        {"types": ["ticket.solved", "refund.settled"]},
        {"allow_private": "y"},
    ):
        wish, times = wish | change, times + 1
        for _ in range(2):
            assert olive.post(f"{PAGE}/change", data=wish).status == 303
            assert noted() == times, change


def test_switched_off_keeps_what_waits_and_pressed_twice_is_once(olive, hooks, receiver):
    hooks.test(hooks.add(receiver))
    for _ in range(2):
        olive.post(f"{PAGE}/off")
    assert hooks.states() == ["not_sent"]
    assert "the webhook was switched off" in olive.get(PAGE).text
    page = olive.post(f"{PAGE}/test")
    assert (page.status, page.refusal) == (409, "Nothing was sent.")
    assert olive.post("/settings/webhooks/messages/1/again").status == 409
    for _ in range(2):
        olive.post(f"{PAGE}/on")
    assert hooks.deliver() == {}
    assert olive.post("/settings/webhooks/messages/1/again").status == 303
    assert hooks.deliver() == {"sent": 1}


def test_the_secret_is_shown_to_whoever_gave_the_password_lately(app, olive, hooks):
    endpoint = hooks.add("https://example.com/")
    assert hooks.secret(endpoint) not in olive.get(PAGE).response.text
    assert olive.get(f"{PAGE}/secret").one("pre").text == hooks.secret(endpoint)
    with app.app_context(), writing() as session:
        session.execute(update(UserSession).values(created_at=clock.now() - timedelta(minutes=11)))
    answered = olive.get(f"{PAGE}/secret")
    assert (answered.status, answered.location) == (303, "/confirm")
    old = hooks.secret(endpoint)
    asked = olive.post(f"{PAGE}/secret/renew")
    assert (asked.location, hooks.secret(endpoint)) == ("/confirm", old)
    said = "Give your password first, then make the new secret once more. Nothing was changed yet."
    assert olive.follow(asked).messages == [said]


def test_a_test_is_sent_and_its_log_says_how_it_went(olive, hooks, receiver):
    hooks.add(receiver)
    receiver.behave = answer("500 Oh no", b"<script>alert(1)</script>")
    page = olive.follow(olive.post(f"{PAGE}/test"))
    assert page.messages == ["The test is on its way."]
    assert page.one("#messages")["data-refresh-seconds"] == "5"
    hooks.deliver()
    page = olive.get(PAGE)
    assert "The receiver did not take it." in page.text
    assert "500 Oh no <script>alert(1)</script>" in page.text
    assert not page.select("main script")
    assert "Nothing has got through since" in page.text
    assert page.one("#details-1 pre").text == hooks.message(1).payload


def test_it_is_sent_again_as_the_same_message_and_its_tries_begin_anew(olive, shop, hooks, receiver):
    receiver.behave = answer("500 Oh no")
    hooks.test(hooks.add(receiver))
    hooks.deliver()
    shop.change(hooks.message(1), state=EmailState.FAILED, attempts=7, queued_at=clock.now() - timedelta(days=3))
    for _ in range(2):
        assert olive.post("/settings/webhooks/messages/1/again").status == 303
    assert (hooks.message(1).tries, hooks.message(1).attempts) == (0, 7)
    assert hooks.deliver() == {"put_off": 1}
    assert hooks.message(1).tries == 1
    receiver.behave = answer("200 OK")
    with later(minutes=10):
        hooks.deliver()
        page = olive.post("/settings/webhooks/messages/1/again")
        assert page.status == 303
        hooks.deliver()
    assert set(receiver.ids) == {hooks.message(1).message_id}
    assert len(hooks.messages()) == 1


def test_one_that_is_on_its_way_is_not_sent_twice(olive, sam, shop, hooks, receiver):
    hooks.add(receiver)
    cancel(sam, shop.order())
    page = olive.post("/settings/webhooks/messages/1/again")
    assert page.status == 409
    assert "It is still on its way." in page.text
    assert not page.select("form[action$='/again']")


def test_nor_is_one_that_is_not_true_any_more(olive, sam, shop, hooks, receiver):
    hooks.add(receiver)
    order = shop.order()
    cancel(sam, order)
    with later(minutes=5):
        hooks.deliver()
        reinstate(sam, order)
        page = olive.post("/settings/webhooks/messages/1/again")
        assert page.status == 409
        assert "taken back since" in page.text
        hooks.deliver()
        offered = olive.get(PAGE).select("form[action$='/again']")
    assert [form["action"] for form in offered] == ["/settings/webhooks/messages/2/again"]


def test_nor_does_it_overtake_undo(olive, sam, shop, hooks, receiver):
    hooks.add(receiver)
    cancel(sam, shop.order())
    for word in ("off", "on"):
        olive.post(f"{PAGE}/{word}")
    for _ in range(2):
        assert olive.post("/settings/webhooks/messages/1/again").status == 303
    message = hooks.message(1)
    assert (message.state, message.due_at) == (EmailState.HELD, shop.first(select(Cancellation)).undo_until)
    assert hooks.deliver() == {}
    with later(seconds=31):
        assert hooks.deliver() == {"sent": 1}


def test_sent_again_and_undone_it_tells_nobody(olive, sam, shop, hooks, receiver):
    hooks.add(receiver)
    order = shop.order()
    cancel(sam, order)
    for word in ("off", "on"):
        olive.post(f"{PAGE}/{word}")
    olive.post("/settings/webhooks/messages/1/again")
    hooks.deliver()
    undo(sam, order)
    with later(minutes=5):
        assert hooks.deliver() == {}
    assert receiver.connections == 0
    assert hooks.message(1).reason is UnsentReason.UNDONE


def test_a_demo_sends_nothing_again_either(olive, shop, hooks, receiver):
    hooks.test(hooks.add(receiver))
    hooks.deliver()
    shop.change(shop.get(Store, 1), is_demo=True)
    assert not olive.get(PAGE).select("form[action$='/again']")
    assert olive.post("/settings/webhooks/messages/1/again").status == 409
    assert olive.follow(olive.post(f"{PAGE}/test")).messages == ["The test stays here: a demo sends nothing."]
    shop.change(hooks.message(1), state=EmailState.QUEUED)
    assert hooks.deliver() == {}
    assert receiver.connections == 1


def test_a_long_log_is_read_page_by_page_and_each_costs_the_same(app, olive, hooks):
    endpoint = hooks.add("https://example.com/")
    for _ in range(45):
        hooks.test(endpoint)
    olive.get(PAGE)
    seen, url, costs = [], PAGE, []
    while url:
        with statements(app) as asked:
            page = olive.get(url)
        costs.append(len(asked))
        seen += [row["id"] for row in page.select("li[id^=message-]")]
        older = page.select("a[rel=next]")
        url = older[0]["href"].partition("#")[0] if older else None
    assert seen == [f"message-{number}" for number in range(45, 0, -1)]
    assert len(set(costs)) == 1


@pytest.mark.parametrize("person", ["sam", "uma"])
def test_nobody_but_the_owner_gets_in(request, hooks, person):
    visitor = request.getfixturevalue(person)
    hooks.test(hooks.add("https://example.com/"))
    for url in (LIST, NEW, PAGE, f"{PAGE}/change", f"{PAGE}/secret"):
        assert visitor.get(url).status == 403
    for url in (NEW, f"{PAGE}/change", f"{PAGE}/off", f"{PAGE}/on", f"{PAGE}/test", f"{PAGE}/secret/renew",
                "/settings/webhooks/messages/1/again"):  # fmt: skip
        assert visitor.post(url, data=ONE).status == 403
    assert hooks.endpoint(1).url == "https://example.com/"
