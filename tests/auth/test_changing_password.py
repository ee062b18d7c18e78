"""Changing one's password signs out everybody else who is in with the old one."""

import pytest
from sqlalchemy import select

from blueprints.auth import passwords
from models import Event, PasswordReset, SecondFactor, User, UserSession
from tests.auth.phones import give_phone
from tests.people import PASSWORD, PASSWORD_HASH
from tests.shop import A_MORNING

NEW = "isda at sinigang"


def change(visitor, current=PASSWORD, new=NEW):
    visitor.get("/password")
    return visitor.post("/password", current_password=current, new_password=new)


def test_without_the_current_password_nothing_changes(sam, shop):
    page = change(sam, current="wrong password")
    assert page.status == 422
    assert page.errors == {"current_password": "This is not the password that you use now."}
    assert shop.all(select(Event)) == []


def test_guessing_the_current_password_is_slowed(sam):
    assert [change(sam, current="wrong password").status for _ in range(11)] == [422] * 10 + [429]


@pytest.mark.parametrize(
    ("url", "typed"),
    [
        ("/password", {"current_password": PASSWORD, "new_password": NEW}),
        ("/confirm", {"password": PASSWORD}),
        ("/second-factor/off", {"password": PASSWORD}),
    ],
)
@pytest.mark.parametrize("meanwhile", [{"password_hash": f"{PASSWORD_HASH}, another one"}, {"disabled_at": A_MORNING}])
def test_what_was_changed_while_it_was_looked_at_proves_nothing(app, sam, shop, monkeypatch, url, typed, meanwhile):
    give_phone(app, "sam")
    user, check = shop.first(select(User).where(User.email == "sam@example.com")), passwords.check_password_hash

    def slowly(*asked):
        is_right = check(*asked)
        shop.change(user, **meanwhile)
        return is_right

    monkeypatch.setattr(passwords, "check_password_hash", slowly)
    assert sam.post(url, **typed).status == 422
    assert shop.get(User, user.id).password_hash == meanwhile.get("password_hash", PASSWORD_HASH)
    assert [one.confirmed_at for one in shop.all(select(UserSession))] == [None]
    assert (shop.count(SecondFactor), shop.all(select(Event))) == (1, [])


@pytest.mark.parametrize("new", ["short", "password1", "sam@example.com"])
def test_a_weak_new_password_is_refused_before_anything_is_hashed(sam, new, hashes):
    page = change(sam, new=new)
    assert page.status == 422
    assert list(page.errors) == ["new_password"]
    assert hashes == []


def test_both_fields_are_needed(sam):
    page = change(sam, current="", new="")
    assert list(page.errors) == ["current_password", "new_password"]


def test_other_browsers_are_out_and_this_one_goes_on(sign_in, shop):
    here, elsewhere = sign_in("sam"), sign_in("sam")
    page = change(here)
    assert (page.status, page.location) == (303, "/password")
    assert here.follow(page).messages == ["Your password is changed. Every other browser is signed out."]
    assert elsewhere.get("/help/").status == 303


def test_this_browser_goes_on_with_another_token(app, sign_in):
    here = sign_in("sam")
    with here.client.session_transaction() as cookie:
        before = dict(cookie)
    change(here)
    with here.client.session_transaction() as cookie:
        assert cookie["_user_id"] != before["_user_id"]


def test_only_the_new_password_opens_now(sam, sign_in, stranger):
    change(sam)
    assert stranger().post("/login", email="sam@example.com", password=PASSWORD).status == 422
    sign_in("sam", password=NEW)


def test_a_link_that_was_mailed_before_is_void(sam, mallory, shop):
    mallory.post("/password/forgot", email="sam@example.com")
    change(sam)
    assert shop.first(select(PasswordReset)).used_at is not None


def test_others_stay_signed_in(sam, olive):
    change(sam)
    assert olive.get("/help/").status == 200


def test_spaces_around_it_are_kept(sam, sign_in):
    change(sam, new="  tatlong bibe  ")
    sign_in("sam", password="  tatlong bibe  ")


def test_it_leaves_a_line_of_history(sam, shop):
    change(sam)
    user = shop.first(select(User).where(User.email == "sam@example.com"))
    event = shop.first(select(Event))
    assert (event.code, event.user_id, event.about_id) == ("user.password_changed", user.id, user.id)
    assert len(shop.all(select(UserSession).where(UserSession.ended_at.is_(None)))) == 1
