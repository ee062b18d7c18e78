"""Nobody learns from the time of an answer whether an account exists, keeps its owner out by guessing, or goes on with
a session that is over."""

import random
import resource
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from werkzeug.security import generate_password_hash

from blueprints.auth import passwords
from models import User, writing
from tests.gates.real import Caller, waitress
from tests.mail.conftest import app, open_app, post_office  # noqa: F401 (fixtures)
from tests.people import PASSWORD, Visitor

MEDIUM = "scrypt:4096:8:1"
"""As costly as all the rest of a sign-in together: so both show, a hash that is missing and a question too many."""
ACCOUNTS = {True: "sam@example.com", False: "bob@example.com"}
WRONG = "not her password"


def keep_password(app, method: str, monkeypatch) -> None:  # noqa: F811 (a fixture's name)
    monkeypatch.setattr(passwords, "NO_PASSWORD", passwords.NO_PASSWORD.replace(passwords.METHOD, method))
    monkeypatch.setattr(passwords, "METHOD", method)
    with app.app_context(), writing() as session:
        session.execute(update(User).values(password_hash=generate_password_hash(PASSWORD, method)))


class Stopwatch:
    """The time of a processor that each answer took, from an address of its own each."""

    def __init__(self, app, url: str, **fields: str) -> None:  # noqa: F811 (a fixture's name)
        self.visitor, self.url, self.fields = Visitor(app), url, fields
        self.visitor.get(url)
        self.asked = 0

    def ask(self, email: str) -> float:
        self.asked += 1
        self.visitor.client.environ_base["REMOTE_ADDR"] = f"10.0.{self.asked // 250}.{self.asked % 250}"
        fields = {"csrf_token": self.visitor.token, "email": email, **self.fields}
        began = time.thread_time()
        answer = self.visitor.client.post(self.url, data=fields)
        took = time.thread_time() - began
        assert answer.status_code in (303, 422)
        return took

    def auc(self, times: int) -> float:
        """How often an answer about an account takes longer than one about none: 0.5 when it tells nothing."""
        asks = [True, False] * times
        random.Random(11).shuffle(asks)
        for has_account in ACCOUNTS:
            self.ask(ACCOUNTS[has_account])  # whatever is made once is made by now
        took: dict[bool, list[float]] = {True: [], False: []}
        for has_account in asks:
            took[has_account].append(self.ask(ACCOUNTS[has_account]))
        pairs = [(known > unknown) + (known == unknown) / 2 for known in took[True] for unknown in took[False]]
        return sum(pairs) / len(pairs)


def tells_nothing(stopwatch: Stopwatch, times: int, *, within: float) -> float:
    """Measured again when chance may have had its hand in it."""
    found = [stopwatch.auc(times)]
    while abs(found[-1] - 0.5) > within and len(found) < 3:
        found.append(stopwatch.auc(times))
    assert abs(found[-1] - 0.5) <= within, found
    return found[-1]


@pytest.mark.slow
@pytest.mark.parametrize("url", ["/login", "/password/forgot"])
def test_the_time_of_an_answer_tells_nothing(gate, app, monkeypatch, url):  # noqa: F811 (a fixture's name)
    keep_password(app, MEDIUM, monkeypatch)
    times, within = gate.size(quick=20, full=100), 0.1 if gate.is_full else 0.25
    auc = tells_nothing(Stopwatch(app, url, **({"password": WRONG} if url == "/login" else {})), times, within=within)
    gate.figure(f"{url}, {times} + {times}: AUC {auc:.2f}")


@pytest.mark.control
def test_without_a_hash_for_nobody_it_tells_all(gate, app, monkeypatch):  # noqa: F811 (a fixture's name)
    keep_password(app, MEDIUM, monkeypatch)
    monkeypatch.setattr(passwords, "NO_PASSWORD", "")
    is_right = passwords.is_right
    monkeypatch.setattr(passwords, "is_right", lambda password, known: bool(known) and is_right(password, known))
    auc = Stopwatch(app, "/login", password=WRONG).auc(20)
    assert auc > 0.9
    gate.figure(f"no hash for nobody: AUC {auc:.2f}")


def sign_in(call: Caller, password: str = PASSWORD, email: str = "olive@example.com") -> int:
    call.get("/login")
    return call.post("/login", email=email, password=password).status


@pytest.mark.minutes
def test_guesses_from_one_address_keep_nobody_out(gate, app, monkeypatch):  # noqa: F811 (a fixture's name)
    keep_password(app, "scrypt:256:8:1", monkeypatch)
    with waitress(app) as port:
        mallory, olive = Caller(port, source="127.0.0.9"), Caller(port)
        answers = [sign_in(mallory, WRONG) for _ in range(100)]
        assert answers == [422] * 10 + [429] * 90
        assert sign_in(olive) == 303
        for call in (mallory, olive):
            call.line.close()
    gate.figure("100 wrong guesses from 127.0.0.9: 10 looked at, the owner in at once")


def test_a_session_begins_anew_and_ends_for_good(gate, app, monkeypatch):  # noqa: F811 (a fixture's name)
    """Over the line, as thieves do it: with a cookie that was planted before, and one that was copied."""
    keep_password(app, "scrypt:256:8:1", monkeypatch)
    with waitress(app) as port:
        olive, thief = Caller(port), Caller(port, source="127.0.0.9")
        olive.get("/login")
        planted = dict(olive.cookies)
        assert sign_in(olive) == 303
        thief.cookies = planted
        assert thief.get("/orders/").status == 303, "the cookie from before the sign-in opens something"
        for ends in ("/logout", "/password"):
            sign_in(olive)
            thief.cookies = dict(olive.cookies)
            assert thief.get("/orders/").status == 200
            olive.get("/password")
            fields = {"current_password": PASSWORD, "new_password": "isda at sinigang"} if "pass" in ends else {}
            other = Caller(port)
            if fields:  # a changed password ends the others, and the thief has another one of them
                sign_in(other)
                thief.cookies, mine = dict(other.cookies), olive
                assert thief.get("/orders/").status == 200
                assert mine.post(ends, **fields).status == 303
            else:
                assert olive.post(ends, **fields).status == 303
            assert thief.get("/orders/").status == 303, f"{ends} ended nothing"
            other.line.close()
        for call in (olive, thief):
            call.line.close()
    gate.figure("fixation, replay after sign-out and after another password: 0")


@pytest.mark.minutes
def test_many_sign_ins_at_once_take_little_memory_and_hold_up_no_page(gate, app, monkeypatch):  # noqa: F811 (the fixtures)
    people = gate.size(quick=6, full=50)
    keep_password(app, passwords.METHOD, monkeypatch)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def patiently(number: int) -> int:
        call, refused = Caller(port, source=f"127.0.1.{number + 1}"), 0
        while (status := sign_in(call)) == 503:
            refused += 1
            time.sleep(0.2)  # the page says two seconds
        call.line.close()
        assert status == 303, status
        return refused

    with waitress(app) as port, ThreadPoolExecutor(people) as pool:
        signed_in = [pool.submit(patiently, number) for number in range(people)]
        reader, slowest = Caller(port), 0.0
        while not all(one.done() for one in signed_in):
            reply = reader.get("/healthz")
            assert reply.status == 200
            slowest = max(slowest, reply.seconds)
        refused = sum(one.result() for one in signed_in)
        reader.line.close()
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert more < 150
    gate.figure(
        f"{people} sign-ins at once: all in, {refused} asked to try again, {more:.0f} MB more, "
        f"the slowest other page {slowest:.2f} s"
    )
