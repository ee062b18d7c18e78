"""Each message arrives once, signed, from any number of deliverers; what fails is tried again for two days."""

import io
import logging
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from standardwebhooks.webhooks import WebhookVerificationError

from blueprints import clock, retrying
from blueprints.retrying import BACK_OFF, GIVE_UP_AFTER, LEASE
from blueprints.webhooks import delivering, posting
from blueprints.webhooks.delivering import deliver
from models import DeliveryFault, EmailState, UnsentReason, WebhookEndpoint, WebhookMessage
from tests.conftest import make_app
from tests.full_disk import disk_full
from tests.orders.watching import statements
from tests.webhooks.receiver import answer, hang


def later(**span):
    return time_machine.travel(clock.now() + timedelta(**span))


def test_the_standards_own_library_knows_the_signature(hooks, receiver):
    endpoint = hooks.add(receiver)
    message = hooks.test(endpoint)
    assert hooks.deliver() == {"sent": 1}
    [told] = receiver.told
    assert told.verified(hooks.secret(endpoint))["type"] == "suki.test"
    assert (told.id, told.body.decode()) == (message.message_id, message.payload)
    altered = {
        "body": told.body.replace(b"Hello", b"Hullo"),
        "headers": {**told.headers, "webhook-id": "msg_other"},
    }
    for name, value in altered.items():
        with pytest.raises(WebhookVerificationError):
            type(told)(**{**vars(told), name: value}).verified(hooks.secret(endpoint))
    with pytest.raises(WebhookVerificationError):
        told.verified(hooks.secret(hooks.add(receiver.url("/other"))))


def test_for_a_day_the_old_secret_signs_as_well(olive, hooks, receiver):
    endpoint = hooks.add(receiver)
    old = hooks.secret(endpoint)
    assert olive.post(f"/settings/webhooks/{endpoint.id}/secret/renew").status == 303
    new = hooks.secret(endpoint)
    hooks.test(endpoint)
    hooks.deliver()
    for secret in (old, new):
        assert receiver.told[0].verified(secret)
    with later(hours=25):
        hooks.test(endpoint)
        hooks.deliver()
        assert receiver.told[1].verified(new)
        with pytest.raises(WebhookVerificationError):
            receiver.told[1].verified(old)


def test_a_copy_of_the_database_can_not_sign(app, hooks, receiver, tmp_path):
    endpoint = hooks.add(receiver)
    secret = hooks.secret(endpoint)
    thief = make_app(tmp_path, SECRET_KEY="another key, which is as long as it has to be")
    with thief.app_context():
        assert delivering.signed_headers(hooks.test(endpoint), endpoint, clock.now())
    assert type(hooks)(thief).secret(endpoint) != secret


def test_what_failed_is_tried_again_under_the_same_id_and_a_new_time(hooks, receiver):
    endpoint = hooks.add(receiver)
    receiver.script = [answer("500 Oh no", b"out of memory")]
    message = hooks.test(endpoint)
    assert hooks.deliver() == {"put_off": 1}
    message = hooks.message(message.id)
    assert (message.state, message.fault) == (EmailState.QUEUED, DeliveryFault.ANSWERED)
    assert message.answer == "500 Oh no out of memory"
    assert hooks.deliver() == {}
    with later(minutes=2):
        assert hooks.deliver() == {"sent": 1}
        assert receiver.told[1].verified(hooks.secret(endpoint))
    assert receiver.ids == [message.message_id] * 2
    assert receiver.told[0].headers["webhook-timestamp"] != receiver.told[1].headers["webhook-timestamp"]
    assert hooks.endpoint(endpoint.id).failing_since is None


def test_it_is_tried_more_and_more_rarely_and_given_up_after_two_days(hooks, receiver):
    receiver.behave = answer("503 Busy")
    message = hooks.test(hooks.add(receiver))
    waits, began = [], clock.now()
    with time_machine.travel(began, tick=False) as clockwork:
        while hooks.message(message.id).state is not EmailState.FAILED:
            before = clock.now()
            assert hooks.deliver().total() == 1
            clockwork.move_to(max(hooks.message(message.id).due_at, hooks.endpoint(1).rests_until))
            waits.append(clock.now() - before)
        assert GIVE_UP_AFTER < clock.now() - began < GIVE_UP_AFTER + timedelta(hours=4)
    for wait, about in zip(waits, BACK_OFF, strict=False):
        assert 0.9 * about <= wait <= 1.1 * about
    assert receiver.connections == hooks.message(message.id).attempts


def test_one_that_hangs_keeps_nobody_else_waiting_and_its_others_use_up_no_tries(
    hooks, receiver, open_receiver, monkeypatch
):
    monkeypatch.setattr(posting, "WITHIN_S", 0.3)
    receiver.behave, other = hang, open_receiver()
    slow, quick = hooks.add(receiver), hooks.add(other)
    for _ in range(5):
        hooks.test(slow)
        hooks.test(quick)
    assert hooks.deliver() == {"put_off": 1, "sent": 5}
    assert receiver.connections == 1
    assert [message.attempts for message in hooks.messages() if message.endpoint_id == slow.id] == [1, 0, 0, 0, 0]


def test_many_that_waited_for_days_are_given_up_together(hooks, receiver):
    endpoint = hooks.add(receiver)
    receiver.close()
    for _ in range(5):
        hooks.test(endpoint)
    hooks.deliver()
    with later(days=2, hours=1):
        assert hooks.deliver() == {"failed": 1}
    assert hooks.states() == ["failed"] * 5
    assert [message.attempts for message in hooks.messages()].count(0) == 3


def test_gone_means_off(hooks, receiver, olive):
    endpoint = hooks.add(receiver)
    receiver.behave = answer("410 Gone")
    first, second = hooks.test(endpoint), hooks.test(endpoint)
    assert hooks.deliver() == {"failed": 1}
    assert hooks.message(first.id).state is EmailState.FAILED
    assert hooks.message(second.id).reason is UnsentReason.SWITCHED_OFF
    page = olive.get(f"/settings/webhooks/{endpoint.id}")
    assert "nobody listens there any more (410 Gone)" in page.text
    assert "1 can’t be reached" in olive.get("/settings/").text
    olive.post(f"/settings/webhooks/{endpoint.id}/on")
    assert hooks.endpoint(endpoint.id).is_on


@pytest.mark.parametrize("allow_private", [True, False])
def test_an_address_inside_is_told_only_when_the_owner_says_so(hooks, receiver, allow_private):
    message = hooks.test(hooks.add(receiver, allow_private=allow_private))
    hooks.deliver()
    assert receiver.connections == int(allow_private)
    assert hooks.message(message.id).fault is (None if allow_private else DeliveryFault.PRIVATE_ADDRESS)


def test_two_deliverers_tell_thirty_things_thirty_times(hooks, receiver, app, tmp_path):
    endpoints = [hooks.add(receiver) for _ in range(3)]
    for _ in range(10):
        for endpoint in endpoints:
            hooks.test(endpoint)
    together, sent = threading.Barrier(2), Counter()
    apps = [app, make_app(tmp_path)]

    def work(app):
        together.wait()
        with app.app_context():
            sent.update(deliver())

    threads = [threading.Thread(target=work, args=[app]) for app in apps]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    while hooks.deliver():  # whichever of them met a busy database
        pass
    assert len(receiver.ids) == len(set(receiver.ids)) == 30
    assert hooks.states() == ["sent"] * 30


def test_one_that_died_before_it_could_note_the_answer_repeats_it_under_the_same_id(hooks, receiver, monkeypatch):
    message = hooks.test(hooks.add(receiver))
    with monkeypatch.context() as patch:
        patch.setattr(retrying, "record", lambda *_: sys.exit())
        with pytest.raises(SystemExit):
            hooks.deliver()
    assert hooks.deliver() == {}
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        assert hooks.deliver() == {"sent": 1}
    assert receiver.ids == [message.message_id] * 2


@pytest.mark.parametrize(("reply", "noted"), [(answer("200 OK"), "sent"), (answer("500 Oh no"), "queued")])
def test_it_is_noted_though_the_disk_is_full_for_a_moment(app, hooks, receiver, reply, noted):
    endpoint = hooks.add(receiver)
    hooks.test(endpoint)
    receiver.behave = reply
    with disk_full(app, "UPDATE webhook_messages", after=1, tries=3):  # the first is the claim
        hooks.deliver()
    assert hooks.states() == [noted]
    assert hooks.endpoint(endpoint.id).failures == (noted == "queued")
    assert len(receiver.ids) == 1


def test_what_was_taken_while_it_was_switched_off_counts_as_sent(olive, hooks, receiver):
    endpoint = hooks.add(receiver)
    message = hooks.test(endpoint)
    receiver.before_answer = lambda: olive.post(f"/settings/webhooks/{endpoint.id}/off")
    hooks.deliver()
    message = hooks.message(message.id)
    assert (message.state, message.reason) == (EmailState.SENT, None)


def test_a_fault_of_ours_holds_up_nobody(hooks, receiver, monkeypatch, caplog):
    broken, whole = hooks.add("http://127.0.0.1:1/"), hooks.add(receiver)
    post = posting.post
    monkeypatch.setattr(
        posting, "post", lambda url, *a, **k: post(url, *a, **k) if str(receiver.port) in url else 1 / 0
    )
    hooks.test(broken), hooks.test(whole)
    with caplog.at_level(logging.CRITICAL):
        assert hooks.deliver() == {"put_off": 1, "sent": 1}


def test_the_log_says_how_it_went_and_nothing_of_what_was_told(hooks, receiver, caplog):
    endpoint = hooks.add(receiver)
    receiver.behave = answer("500 Oh no", b"you said Hello from Suki")
    hooks.test(endpoint)
    hooks.deliver()
    assert "put_off, 500" in caplog.text
    for secret in ("Hello", hooks.secret(endpoint), "whsec_", "127.0.0.1"):
        assert secret not in caplog.text


def test_a_hundred_thousand_messages_cost_what_ten_cost(app, hooks, receiver):
    endpoint = hooks.add(receiver)
    counts = []
    for many in (2, 12):
        for _ in range(many):
            hooks.test(endpoint)
        with statements(app) as seen:
            hooks.deliver()
        counts.append(len(seen) / many)
    assert counts[1] <= counts[0]


@pytest.mark.sqlite
def test_of_messages_only_those_that_are_due_are_read(app, hooks, receiver):
    hooks.test(hooks.add(receiver))
    with statements(app) as seen:
        hooks.deliver()
    plan = "EXPLAIN QUERY PLAN " + next(s for s in seen if "due_at <=" in s and s.startswith("SELECT"))
    with app.app_context():
        from models import db

        lines = db.session.connection().exec_driver_sql(plan, ("2026-01-01", "2026-01-01", 1, 0)).fetchall()
    assert not [line for line in lines if "SCAN webhook_messages" in line[3]]
    assert [line for line in lines if "ix_webhook_messages_due" in line[3]]


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (WebhookEndpoint, {"url": "ftp://example.com/"}),
        (WebhookEndpoint, {"is_gone": True}),
        (WebhookEndpoint, {"failures": 1}),
        (WebhookEndpoint, {"former_nonce": "0" * 32}),
        (WebhookMessage, {"state": EmailState.NOT_SENT}),
        (WebhookMessage, {"state": EmailState.SENT}),
        (WebhookMessage, {"state": EmailState.FAILED}),
        (WebhookMessage, {"attempts_before": 1}),
    ],
)
def test_the_database_refuses_what_can_not_be(shop, hooks, model, columns):
    hooks.test(hooks.add("https://example.com/"))
    with pytest.raises(Exception, match=r"(?i)check"):
        shop.change(shop.get(model, 1), **columns)


def test_from_a_timer_it_goes_out_after_the_mail(app, hooks, receiver):
    runner = app.test_cli_runner()
    hooks.test(hooks.add(receiver))
    ran = runner.invoke(args=["outbox", "deliver"])
    assert ran.output.splitlines() == [
        "Sent 0, failed 0, to be tried again 0.",
        "Webhooks: Sent 1, failed 0, to be tried again 0.",
    ]
    assert ran.exit_code == 0
    receiver.behave = answer("500 No")
    hooks.test(hooks.endpoint(1))
    assert runner.invoke(args=["outbox", "deliver"]).exit_code == 1


def test_without_mail_a_timer_still_tells_other_systems(first_day, tmp_path, app, hooks, receiver):
    hooks.test(hooks.add(receiver))
    without_mail = make_app(tmp_path, MAIL_SERVER=None)
    ran = without_mail.test_cli_runner().invoke(args=["outbox", "deliver"])
    assert (ran.output, ran.exit_code) == ("Webhooks: Sent 1, failed 0, to be tried again 0.\n", 0)


def test_the_receiver_in_the_documents_takes_what_we_send(hooks, capsys):
    source = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
    code = source.partition("```python\n")[2].partition("```")[0].replace("make_server(", "served.append(")
    served = []
    endpoint = hooks.add("http://127.0.0.1:1/")
    made = code.replace("whsec_…", hooks.secret(endpoint)).replace('"", 8000, receive).serve_forever()', "receive)")
    exec(compile(made, "docs/webhooks.md", "exec"), {"served": served})
    message = hooks.test(endpoint)
    with hooks.app.app_context():
        headers = delivering.signed_headers(message, endpoint, clock.now())
    for altered, status in ((b"", "204 No Content"), (b" ", "401 Unauthorized"), (b"", "204 No Content")):
        body, answered = message.payload.encode() + altered, []
        environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        served[0](environ, lambda said, _headers, answered=answered: answered.append(said))
        assert answered == [status]
    assert capsys.readouterr().out == "suki.test {'message': 'Hello from Suki.'}\n"
