"""`flask users …`, for whoever has the computer that runs Suki."""

import pytest
from sqlalchemy import select

from models import Event, Role, User
from tests.people import PASSWORD

NEW = "isda at sinigang"
RICA = ["add", "Rica@Example.com", "--name", "Rica Peña", "--role", "owner", "--password", NEW]


@pytest.fixture
def users(app):
    """users("list") is what `flask users list` answers."""

    def run(*words, typed=""):
        return app.test_cli_runner().invoke(args=["users", *words], input=typed)

    return run


def test_a_user_who_is_there_already_is_left_alone(users, shop):
    answer = users("add", "SAM@example.com", "--name", "Sam", "--role", "owner", "--password", NEW)
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: There is a user sam@example.com already.")
    assert shop.first(select(User).where(User.email == "sam@example.com")).role is Role.STAFF


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({1: "rica"}, "'rica' is not an email address."),
        ({3: "  "}, "A name has 1 to 100 characters."),
        ({7: "password1"}, "That password is among the first that anybody tries."),
        ({7: "short"}, "Use at least 8 characters."),
    ],
)
def test_a_mistake_is_one_clear_line(users, shop, changes, reason):
    answer = users(*[changes.get(place, word) for place, word in enumerate(RICA)])
    assert answer.exit_code == 1
    assert answer.output.startswith(f"Error: {reason}")
    assert len(answer.output.splitlines()) == 1
    assert shop.count(User) == 3


def test_a_user_is_added_and_signs_in(users, sign_in, shop):
    answer = users(*RICA)
    assert (answer.exit_code, answer.output) == (0, "Rica Peña (owner) can sign in with rica@example.com.\n")
    sign_in("rica", password=NEW)
    assert shop.first(select(Event)).user_id is None


def test_somebody_whose_address_no_mail_goes_to_any_more_is_still_found(users, shop):
    shop.change(shop.first(select(User).where(User.email == "sam@example.com")), email="sám@example.com")
    assert users("disable", "Sám@example.com").exit_code == 0


def test_with_a_password_nobody_is_asked_for_a_name(users, shop):
    answer = users("add", "rica@example.com", "--role", "staff", "--password", NEW)
    assert (answer.exit_code, answer.output) == (0, "Rica (staff) can sign in with rica@example.com.\n")


def test_it_asks_for_what_it_is_not_told_and_hides_the_password(users, sign_in):
    answer = users("add", "rica@example.com", typed=f"Rica\n\npassword1\n{NEW}\n{NEW}\n")
    assert answer.exit_code == 0, answer.output
    assert "That password is among the first that anybody tries." in answer.output
    assert NEW not in answer.output
    sign_in("rica", password=NEW)


def test_the_list_has_everybody_on_a_line_of_their_own(users, olive):
    lines = users("list").output.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["olive@example.com", "owner"],
        ["sam@example.com", "staff"],
        ["uma@example.com", "support"],
    ]
    assert "last seen" in lines[0]
    assert "never seen" in lines[1]


def test_the_last_owner_cant_be_disabled(users, olive):
    answer = users("disable", "olive@example.com")
    assert answer.exit_code == 1
    assert "is the last owner who can sign in" in answer.output
    assert olive.get("/help/").status == 200


def test_with_another_owner_one_can_be_disabled(users, olive):
    users(*RICA)
    assert users("disable", "olive@example.com").exit_code == 0
    assert olive.get("/help/").status == 303
    assert users("disable", "rica@example.com").exit_code == 1


def test_a_disabled_user_is_out_and_can_be_let_in_again(users, sam, sign_in):
    assert users("disable", "sam@example.com").exit_code == 0
    assert sam.get("/help/").status == 303
    assert "disabled" in users("list").output
    assert users("enable", "sam@example.com").exit_code == 0
    sign_in("sam")


def test_a_new_password_signs_out_everywhere(users, sam, sign_in, stranger):
    answer = users("password", "sam@example.com", "--password", NEW)
    assert (answer.exit_code, answer.output) == (0, "sam@example.com has a new password.\n")
    assert sam.get("/help/").status == 303
    assert stranger().post("/login", email="sam@example.com", password=PASSWORD).status == 422
    sign_in("sam", password=NEW)


@pytest.mark.parametrize("command", ["disable", "enable", "password"])
def test_nobody_of_that_name_is_one_clear_line(users, command):
    answer = users(command, "nobody@example.com")
    assert answer.exit_code == 1
    assert answer.output == "Error: There is no user nobody@example.com. Those there are: flask users list\n"
