"""Which passwords are taken, and how they are kept."""

import threading

import pytest

from blueprints.auth import passwords
from blueprints.auth.passwords import TooManyAtOnce, Weakness, WeakPassword, hash_password, is_right, refuse_weak


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("", Weakness.TOO_SHORT),
        ("1234567", Weakness.TOO_SHORT),
        ("é" * 600, Weakness.TOO_LONG),
        ("password", Weakness.COMMON),
        ("Password2026!", Weakness.COMMON),
        ("qwertyuiop", Weakness.COMMON),
        ("MahalKita123", Weakness.COMMON),
        ("1234567890", Weakness.COMMON),
        ("aaaaaaaaaaaa", Weakness.COMMON),
        ("        ", Weakness.COMMON),
        ("sam.santos@example.com", Weakness.IS_EMAIL),
        ("Sam.Santos", Weakness.IS_EMAIL),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, weakness):
    with pytest.raises(WeakPassword) as refusal:
        refuse_weak(password, email="sam.santos@example.com")
    assert refusal.value.weakness is weakness


@pytest.mark.parametrize(
    "password", ["kape at pandesal", "suki-demo", "tuyo't itlog", "éñö" * 170, "correct horse", "⚽" * 3 + "hoops"]
)
def test_length_is_all_that_is_asked_for(password):
    refuse_weak(password, email="sam@example.com")


def test_it_is_kept_at_full_strength_with_a_salt_of_its_own(full_strength):
    one, other = hash_password("kape at pandesal"), hash_password("kape at pandesal")
    assert one.startswith("scrypt:32768:8:3$")
    assert one != other


def test_accents_may_come_from_any_keyboard():
    assert is_right("cafe\u0301 con leche", hash_password("café con leche"))


@pytest.mark.parametrize("password", ["lone \ud800 surrogate", "a NUL \0 inside", "🥥" * 200])
def test_odd_characters_are_no_error(password):
    assert not is_right(password, None)


def test_no_more_than_two_are_hashed_at_once_and_a_fifth_is_sent_away(monkeypatch):
    running, most, go_on = [], [], threading.Event()

    def slow(*_):
        running.append(1)
        most.append(len(running))
        go_on.wait(5)
        running.pop()
        return False

    monkeypatch.setattr(passwords, "check_password_hash", slow)

    @passwords.a_place()
    def look():
        is_right("a password", None)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    while passwords._places._value:
        pass
    with pytest.raises(TooManyAtOnce):
        look()
    go_on.set()
    for thread in threads:
        thread.join()
    assert max(most) == 2
