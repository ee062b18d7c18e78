"""A second factor that is there: turned off, given new recovery codes, or reset for a lost phone."""

import pytest
from sqlalchemy import select

from models import Event, RecoveryCode, SecondFactor, SignInAttempt, User
from tests.auth.phones import codes_on_paper, give_phone
from tests.people import PASSWORD

NO_FACTOR = "You have no second factor. It was turned off or reset meanwhile."


@pytest.fixture
def phone(app):
    return give_phone(app, "sam")


@pytest.fixture
def sam_row(shop):
    return shop.first(select(User).where(User.email == "sam@example.com"))


def told(shop) -> list[str]:
    return [email.subject for email in shop.emails()]


def codes_of_events(shop) -> list[str]:
    return [event.code for event in shop.all(select(Event).order_by(Event.id))]


@pytest.mark.parametrize("what", ["off", "recovery-codes"])
@pytest.mark.parametrize("password", ["", "wrong password"])
def test_nothing_changes_without_the_password(sam, phone, shop, what, password):
    page = sam.post(f"/second-factor/{what}", password=password)
    assert page.status == 422
    assert list(page.errors) == ["password"]
    assert (shop.count(SecondFactor), shop.count(RecoveryCode), told(shop)) == (1, 10, [])


@pytest.mark.parametrize("what", ["off", "recovery-codes"])
def test_what_is_not_there_is_not_changed(sam, shop, what):
    page = sam.post(f"/second-factor/{what}", password=PASSWORD)
    assert (page.status, page.refusal) == (409, NO_FACTOR)
    assert shop.count(RecoveryCode) == 0


def test_support_cannot_turn_it_off(app, uma, shop):
    give_phone(app, "uma")
    page = uma.post("/second-factor/off", password=PASSWORD)
    assert (page.status, page.refusal) == (
        409,
        "Whoever is of the support team signs in with a second factor, so it stays on.",
    )
    assert shop.count(SecondFactor) == 1
    assert not uma.get("/second-factor").select("form[action='/second-factor/off']")


@pytest.mark.parametrize("name", ["sam", "uma", "mallory"])
def test_only_the_owner_resets_somebodys(request, app, name, shop):
    give_phone(app, "olive")
    visitor = request.getfixturevalue(name)
    olive = shop.first(select(User).where(User.email == "olive@example.com"))
    assert visitor.post(f"/settings/users/{olive.id}/second-factor").status in (303, 403)
    assert shop.count(SecondFactor) == 1


def test_the_owner_does_not_reset_their_own_past_the_password(app, olive, shop):
    give_phone(app, "olive")
    row = shop.first(select(User).where(User.email == "olive@example.com"))
    page = olive.post(f"/settings/users/{row.id}/second-factor")
    assert (page.status, page.refusal) == (
        409,
        "You can’t take this from your own account. Another owner has to do it.",
    )
    assert shop.count(SecondFactor) == 1


def test_where_there_is_none_there_is_nothing_to_reset(olive, sam_row, shop):
    page = olive.post(f"/settings/users/{sam_row.id}/second-factor")
    assert page.status == 409
    assert codes_of_events(shop) == []


def test_somebody_who_is_not_there_is_not_found(olive):
    assert olive.post("/settings/users/999/second-factor").status == 404


def test_turned_off_the_password_alone_opens(sam, phone, sign_in, shop):
    page = sam.follow(sam.post("/second-factor/off", password=PASSWORD))
    assert page.messages == ["The second factor is off. Sign-in asks for your password alone."]
    assert (shop.count(SecondFactor), shop.count(RecoveryCode)) == (0, 0)
    sign_in("sam")
    assert codes_of_events(shop) == ["user.second_factor_off"]
    assert told(shop) == ["Your second factor is off"]


def test_new_recovery_codes_make_the_old_ones_void(app, sam, phone, stranger, shop):
    old = codes_on_paper(app, "sam")[0]
    page = sam.follow(sam.post("/second-factor/recovery-codes", password=PASSWORD))
    new = page.select(".recovery-codes code")[0].get_text()
    visitor = stranger()
    visitor.follow(visitor.post("/login", email="sam@example.com", password=PASSWORD))
    assert visitor.post("/login/code", code=old).status == 422
    assert visitor.post("/login/code", code=new).status == 303
    assert codes_of_events(shop) == ["user.recovery_codes_renewed", "user.recovery_code_used"]
    assert told(shop)[0] == "You have new recovery codes"


@pytest.mark.parametrize("what", ["off", "recovery-codes"])
def test_the_recovery_codes_of_everybody_else_stay_good(app, sam, phone, stranger, what):
    give_phone(app, "uma")
    sam.post(f"/second-factor/{what}", password=PASSWORD)
    visitor = stranger()
    visitor.follow(visitor.post("/login", email="uma@example.com", password=PASSWORD))
    page = visitor.follow(visitor.post("/login/code", code=codes_on_paper(app, "uma")[0]))
    assert page.messages == ["That recovery code is used up. 9 are left."]


def test_the_owner_resets_it_for_a_lost_phone(app, olive, uma, shop, stranger):
    give_phone(app, "uma")
    row = shop.first(select(User).where(User.email == "uma@example.com"))
    page = olive.follow(olive.post(f"/settings/users/{row.id}/second-factor"))
    assert page.messages == ["The second factor of Uma Support is reset, and they are signed out everywhere."]
    assert "Olive Owner reset the second factor" in page.text
    assert uma.get("/support/tickets").location == "/login"
    assert (shop.count(SecondFactor), shop.count(RecoveryCode)) == (0, 0)
    anew = stranger().post("/login", email="uma@example.com", password=PASSWORD)
    assert anew.location == "/login/second-factor"
    assert (codes_of_events(shop), told(shop)) == (["user.second_factor_reset"], ["Your second factor was reset"])


def test_a_sign_in_that_was_halfway_does_not_get_past_the_reset(app, phone, olive, sam_row, stranger, shop):
    visitor = stranger()
    visitor.follow(visitor.post("/login", email="sam@example.com", password=PASSWORD))
    olive.post(f"/settings/users/{sam_row.id}/second-factor")
    assert visitor.post("/login/code", code=phone.code()).location == "/login"
    assert not visitor.is_signed_in


def test_wrong_codes_from_before_the_reset_slow_nobody(phone, olive, sam_row, stranger, shop):
    visitor = stranger()
    visitor.follow(visitor.post("/login", email="sam@example.com", password=PASSWORD))
    assert visitor.post("/login/code", code=phone.wrong_code).status == 422
    olive.post(f"/settings/users/{sam_row.id}/second-factor")
    assert shop.count(SignInAttempt) == 0


def test_the_command_line_resets_it_too(app, phone, sam, shop):
    run = app.test_cli_runner().invoke
    answer = run(args=["users", "reset-second-factor", "Sam@example.com"])
    assert (answer.exit_code, shop.count(SecondFactor)) == (0, 0), answer.output
    assert sam.get("/password").location == "/login"
    assert shop.first(select(Event)).user_id is None
    again = run(args=["users", "reset-second-factor", "sam@example.com"])
    assert (again.exit_code, again.output.count("\n")) == (1, 1)


def test_a_new_password_leaves_it_on(sam, phone, stranger):
    sam.get("/password")
    sam.post("/password", current_password=PASSWORD, new_password="isda at sinigang")
    visitor = stranger()
    assert visitor.post("/login", email="sam@example.com", password="isda at sinigang").location == "/login/code"
    assert not visitor.is_signed_in


@pytest.mark.parametrize("what", ["second_factor_set_up", "second_factor_off", "second_factor_reset",
                                  "recovery_code_used", "recovery_codes_renewed"])  # fmt: skip
def test_history_has_a_sentence_for_each(app, what):
    with app.test_request_context():
        sentence = app.jinja_env.get_template("auth/_history.html").module.sentence
        event = Event(code=f"user.{what}")
        assert "changed this account" not in sentence(event)
