"""The owner's list of users: whoever loses a right is out at once."""

import re

import pytest
from sqlalchemy import insert, select

from blueprints import background
from blueprints.auth import finding_users
from blueprints.orders import bulk_routes, import_routes, importing
from blueprints.seals import unsealed
from models import Event, Order, Role, User, UserSession, db, writing
from tests.orders.files import SHOPIFY, a_file, send
from tests.orders.many import gather, start
from tests.pages import words
from tests.people import PASSWORD

NEW = "isda at sinigang"
RICA = {"name": "Rica Peña", "email": "Rica@Example.com", "role": "staff", "password": NEW}


@pytest.fixture
def sam_row(shop):
    return shop.first(select(User).where(User.email == "sam@example.com"))


@pytest.fixture
def olive_row(shop):
    return shop.first(select(User).where(User.email == "olive@example.com"))


def add(visitor, **changes):
    visitor.get("/settings/users/new")
    return visitor.post("/settings/users/new", **(RICA | changes))


@pytest.mark.parametrize("url", ["/settings/users", "/settings/users/new", "/settings/users/1"])
def test_staff_and_support_see_no_users(sam, uma, url):
    assert sam.get(url).status == 403
    assert uma.get(url).status == 403


@pytest.mark.parametrize("step", ["disable", "enable", "sign-out", "password"])
def test_staff_change_no_users(sam, step, olive_row, shop):
    sam.get("/help/")
    assert sam.post(f"/settings/users/{olive_row.id}/{step}", password=NEW).status == 403
    assert shop.all(select(Event)) == []


@pytest.mark.parametrize("step", ["", "/disable", "/enable", "/sign-out", "/password"])
def test_somebody_who_is_not_there_is_not_found(olive, step):
    assert olive.post(f"/settings/users/999{step}", name="x", role="staff", password=NEW).status == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " \u200b "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"email": "rica"}, "email"),
        ({"email": "rica@example.com,eve@example.com"}, "email"),
        ({"email": "ñ@example.com"}, "email"),
        ({"role": "admin"}, "role"),
        ({"password": "password1"}, "password"),
        ({"password": "rica@example.com"}, "password"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_the_rest_is_kept(olive, shop, changes, field):
    page = add(olive, **changes)
    assert page.status == 422
    assert list(page.errors) == [field]
    assert page.value("name") == (RICA | changes)["name"].replace("\u200b", "").strip()
    assert shop.count(User) == 3


@pytest.mark.parametrize(
    ("password", "said"),
    [("", "Use at least 8 characters."), ("password1", "That password is among the first that anybody tries.")],
)
def test_without_mail_all_mistakes_are_said_at_once(app, olive, shop, password, said):
    app.config["MAIL_SERVER"] = None
    page = add(olive, name="", email="", password=password)
    assert (page.status, list(page.errors)) == (422, ["name", "email", "password"])
    assert page.errors["password"].startswith(said)
    assert shop.count(User) == 3


@pytest.mark.parametrize("typed", ["rica", "ñ@example.com", "x" * 4799])
def test_what_is_no_email_is_said_as_everywhere(olive, typed):
    assert add(olive, email=typed).errors == {"email": "Write an email address such as maria@example.com."}


def test_one_email_is_one_user(olive, shop):
    page = add(olive, email="SAM@example.com")
    assert page.status == 409
    assert page.errors == {"email": "Somebody with this email is on the list already."}
    assert shop.count(User) == 3


def test_nothing_else_can_be_smuggled_in(olive, shop, full_strength):
    add(olive, id=77, password_hash="x", disabled_at="2026-01-01", created_at="2026-01-01")
    rica = shop.first(select(User).where(User.email == "rica@example.com"))
    assert rica.id == 4
    assert rica.disabled_at is None
    assert rica.password_hash.startswith("scrypt:32768:8:3$")


def test_a_new_user_signs_in_with_the_first_password(olive, sign_in):
    page = add(olive)
    assert page.status == 303
    assert olive.follow(page).h1 == "Rica Peña"
    rica = sign_in("rica", password=NEW)
    assert rica.get("/settings/users").status == 403


def test_without_a_password_a_link_is_mailed_to_choose_one(app, olive, mallory, sign_in, shop):
    page = add(olive, password="")
    assert page.status == 303
    with app.app_context():
        text, _ = unsealed(shop.emails()[0])
    assert "Olive Owner has made an account for you" in text
    link = re.search(r"/password/reset/[\w-]{43}", text)
    assert link
    mallory.get(link[0])
    assert mallory.post(link[0], new_password=NEW).status == 303
    sign_in("rica", password=NEW)


def test_the_list_says_who_was_here_last_and_who_never(olive, sam):
    page = olive.get("/settings/users")
    rows = [row.get_text(" ", strip=True) for row in page.select("tbody tr")]
    assert rows[0].startswith("Olive Owner (you) olive@example.com Owner today")
    assert rows[2] == "Uma Support uma@example.com Support never"


def test_nobody_sets_their_own_password_without_the_current_one(olive, olive_row):
    assert olive.post(f"/settings/users/{olive_row.id}/password", password=NEW).status == 409
    assert olive.get("/help/").status == 200


def test_an_owner_can_change_their_own_name(olive, olive_row, shop):
    assert olive.post(f"/settings/users/{olive_row.id}", name="Olive Oyl", role="owner").status == 303
    assert shop.get(User, olive_row.id).name == "Olive Oyl"
    assert olive.get("/help/").status == 200


def test_a_change_of_role_signs_out_at_once(olive, sam, sam_row, shop):
    assert olive.post(f"/settings/users/{sam_row.id}", name="Sam Staff", role="support").status == 303
    assert sam.get("/help/").status == 303
    assert shop.get(User, sam_row.id).role is Role.SUPPORT
    assert [event.code for event in shop.all(select(Event))] == ["user.made_support"]


def start_import(visitor, _shop):
    path = send(visitor, a_file(SHOPIFY, {}, {"Name": "#1002"}, {"Name": "#1003"})).response.request.path
    for _ in range(4):
        visitor.post(f"{path}/start")


def start_bulk_cancel(visitor, shop):
    start(visitor, gather(visitor, *[shop.order() for _ in range(3)]))


@pytest.mark.parametrize("set_about", [start_import, start_bulk_cancel])
def test_nobody_becomes_support_before_what_they_set_about_is_through(
    app, olive, sam, sam_row, shop, monkeypatch, set_about
):
    """It is done in their name, and in support's nothing may be."""
    monkeypatch.setattr(importing, "BATCH", 1)
    monkeypatch.setattr(import_routes, "AT_ONCE_S", -1)
    monkeypatch.setattr(bulk_routes, "AT_ONCE_S", 0)
    set_about(sam, shop)
    url = f"/settings/users/{sam_row.id}"
    page = olive.post(url, name="Samuel", role="support")
    assert page.status == 409
    assert page.refusal.startswith("Suki is still importing or cancelling orders in this person’s name.")
    assert (page.value("name"), page.value("role")) == ("Samuel", "support")
    kept = shop.get(User, sam_row.id)
    assert (kept.name, kept.role) == ("Sam Staff", Role.STAFF)
    assert sam.get("/help/").status == 200
    for role in ("staff", "support"):  # of somebody who has set about nothing
        assert olive.post("/settings/users/3", name="Uma Support", role=role).status == 303
    assert olive.post(url, name="Samuel", role="staff").status == 303
    background.run_once(app)
    assert olive.post(url, name="Samuel", role="support").status == 303
    assert shop.count(Order) == 3
    assert all(event.user_id == sam_row.id for event in shop.all(select(Event).where(Event.order_id.is_not(None))))


def test_a_change_of_name_alone_signs_nobody_out(olive, sam, sam_row):
    olive.post(f"/settings/users/{sam_row.id}", name="Samuel", role="staff")
    assert sam.get("/help/").status == 200


def test_a_disabled_user_is_out_and_stays_out_until_enabled(olive, sam, sam_row, sign_in, stranger):
    page = olive.follow(olive.post(f"/settings/users/{sam_row.id}/disable"))
    assert page.messages == ["Sam Staff is signed out and can’t sign in any more."]
    assert sam.get("/help/").status == 303
    assert stranger().post("/login", email="sam@example.com", password=PASSWORD).status == 422
    olive.post(f"/settings/users/{sam_row.id}/enable")
    assert sam.get("/help/").status == 303
    sign_in("sam")


def test_a_session_from_before_does_not_come_back(olive, sam, sam_row):
    olive.post(f"/settings/users/{sam_row.id}/disable")
    olive.post(f"/settings/users/{sam_row.id}/enable")
    assert sam.get("/help/").status == 303


def test_disabling_twice_is_one_line_of_history(olive, sam_row, shop):
    olive.post(f"/settings/users/{sam_row.id}/disable")
    olive.post(f"/settings/users/{sam_row.id}/disable")
    assert [event.code for event in shop.all(select(Event))] == ["user.disabled"]


def test_the_owner_sees_where_somebody_is_signed_in_and_ends_it(olive, sign_in, stranger, sam_row):
    phone = stranger("203.0.113.7")
    phone.client.environ_base["HTTP_USER_AGENT"] = (
        "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/150 Safari"
    )
    phone.post("/login", email="sam@example.com", password=PASSWORD)
    page = olive.get(f"/settings/users/{sam_row.id}")
    assert "Chrome on Android from 203.0.113.7" in page.text
    olive.post(f"/settings/users/{sam_row.id}/sign-out")
    assert phone.get("/help/").status == 303
    assert "Nowhere." in olive.get(f"/settings/users/{sam_row.id}").text


def test_a_browser_that_names_itself_oddly_is_text(olive, sam_row, shop, sam):
    kept = shop.first(select(UserSession).where(UserSession.user_id == sam_row.id))
    shop.change(kept, browser="<script>alert(1)</script>", address="<b>")
    page = olive.get(f"/settings/users/{sam_row.id}")
    assert "A browser on some computer from <b>" in page.text


def test_the_owner_sets_a_new_password_for_somebody(olive, sam, sam_row, sign_in):
    page = olive.post(f"/settings/users/{sam_row.id}/password", password="short")
    assert page.errors == {"password": "Use at least 8 characters."}
    assert olive.post(f"/settings/users/{sam_row.id}/password", password=NEW).status == 303
    assert sam.get("/help/").status == 303
    sign_in("sam", password=NEW)


def test_the_history_of_an_account_says_who_did_what(olive, sam_row):
    olive.post(f"/settings/users/{sam_row.id}/disable")
    olive.post(f"/settings/users/{sam_row.id}/enable")
    text = olive.get(f"/settings/users/{sam_row.id}").text
    assert "Olive Owner let them sign in again" in text
    assert "Olive Owner disabled this account" in text


def test_tickets_taken_are_no_history_of_the_account(olive, uma, shop, monkeypatch):
    """However many: they push nothing out of it that was done to the account."""
    monkeypatch.setattr(finding_users, "HISTORY_LINES", 2)
    url = f"/settings/users/{shop.first(select(User).where(User.email == 'uma@example.com')).id}"
    olive.post(url, name="Uma S. Support", role="support")
    ticket = olive.post("/support/tickets/new", subject="A question", reason="Why?").location
    for assignee in ("3", "", "3"):
        assert uma.post(f"{ticket}/assign", assignee=assignee).status == 303
    assert [words(line) for line in olive.get(url).select("#history li > div")] == ["Olive Owner changed the name"]


@pytest.mark.sqlite
def test_tickets_taken_are_not_read_for_it_either(app, olive, shop):
    olive.post("/support/tickets/new", subject="A question", reason="Why?")
    agent = shop.first(select(User).where(User.email == "uma@example.com"))

    def work() -> int:
        """In hundreds of steps of SQLite's machine."""
        hundreds = []
        with app.app_context():
            connection = db.session.connection().connection.dbapi_connection
            connection.set_progress_handler(lambda: hundreds.append(1), 100)
            finding_users.find_history(agent)
            connection.set_progress_handler(None, 0)
        return len(hundreds)

    before = work()
    with app.app_context(), writing() as session:
        took = {"at": agent.created_at, "code": "ticket.assigned", "about_id": agent.id, "ticket_id": 1}
        session.execute(insert(Event), [took] * 3000)
    assert work() <= before + 1
