"""`flask init`: from an empty folder to a store, and never half of one."""

import pytest
from sqlalchemy import select

from blueprints import schema
from blueprints.settings.opening import open_store
from models import Language, Store, User, db
from tests.conftest import make_app

EVERYTHING = {
    "--store-name": "Aling Nena’s",
    "--currency": "php",
    "--timezone": "Asia/Manila",
    "--owner-email": "Nena@Example.com",
    "--owner-password": "kape at pandesal",
}


@pytest.fixture
def empty(tmp_path):
    app = make_app(tmp_path / "instance")
    yield app
    with app.app_context():
        db.engine.dispose()


def init(app, answers="", **changed):
    given = EVERYTHING | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    words = [word for pair in given.items() if pair[1] is not None for word in pair]
    return app.test_cli_runner().invoke(args=["init", *words], input=answers)


@pytest.mark.parametrize(
    ("address", "says"), [("/", "flask init"), ("/login", "flask init"), ("/api/v1/orders", "not_set_up")]
)
def test_before_it_every_page_says_that_the_store_is_not_set_up_yet(empty, address, says):
    answer = empty.test_client().get(address)
    assert (answer.status_code, says in answer.text) == (503, True)


@pytest.mark.parametrize(
    "command",
    ["users list", "outbox deliver", "outbox list", "orders cancel-unpaid", "seed --orders 5", "tidy", "vacuum"],
)
def test_before_it_every_command_that_works_in_a_store_says_so_in_one_line(empty, command):
    answer = empty.test_cli_runner().invoke(args=command.split())
    assert (answer.exit_code, answer.output) == (1, "Error: There is no store yet. Make one with: flask init\n")


def people_and_stores(app):
    with app.app_context():
        return list(db.session.scalars(select(User.email))), list(db.session.scalars(select(Store.name)))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"currency": "XYZ"}, "no currency"),
        ({"timezone": "Manila"}, "no time zone"),
        ({"owner_email": "nena"}, "'nena' is not an email address."),
        ({"owner_name": " \n"}, "A name has 1 to 100 characters."),
        ({"owner_password": "1234"}, "Use at least 8 characters."),
        ({"owner_password": "password"}, "That password is among the first that anybody tries."),
        ({"owner_password": "nena@example.com"}, "That is the email address of the account."),
        ({"owner_password": "ha" * 600}, "That is too long: at most"),
        ({"store_name": "  "}, "1 to 100 characters"),
    ],
)
def test_a_wrong_answer_is_named_in_a_line_and_leaves_nothing(empty, wrong, sentence):
    said = init(empty, **wrong)
    assert (said.exit_code, len(said.output.splitlines())) == (1, 1)
    assert sentence in said.output
    assert people_and_stores(empty) == ([], [])


def test_a_store_and_its_owner_are_made(empty):
    said = init(empty)
    assert said.exit_code == 0, said.output
    assert people_and_stores(empty) == (["nena@example.com"], ["Aling Nena’s"])


def test_what_is_not_given_is_asked_for_until_it_is_right(empty):
    said = init(empty, "Sari-sari\nABC\nPHP\n\n", store_name=None, currency=None, timezone=None)
    assert said.exit_code == 0, said.output
    assert "no currency" in said.output
    assert people_and_stores(empty)[1] == ["Sari-sari"]


def test_a_second_time_nothing_changes(empty):
    init(empty)
    said = init(empty, store_name="Another")
    assert said.exit_code == 0
    assert "is set up, and its database is up to date" in said.output
    assert people_and_stores(empty)[1] == ["Aling Nena’s"]


def test_a_store_without_an_owner_gets_one(empty):
    with empty.app_context():
        schema.bring_up_to_date()
        open_store(name="Half made", currency="PHP", timezone="Asia/Manila", language=Language.ENGLISH)
    assert init(empty).exit_code == 0
    assert people_and_stores(empty) == (["nena@example.com"], ["Half made"])
