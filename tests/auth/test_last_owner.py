"""The store never loses its last owner, and nobody takes this from their own account."""

import pytest
from sqlalchemy import select

from blueprints.auth import user_routes
from models import Role, User
from tests.people import signed_in
from tests.shop import A_MORNING


@pytest.fixture
def sam_row(shop):
    return shop.first(select(User).where(User.email == "sam@example.com"))


@pytest.fixture
def olive_row(shop):
    return shop.first(select(User).where(User.email == "olive@example.com"))


def test_nobody_makes_themselves_less_than_an_owner(olive, olive_row, shop):
    page = olive.post(f"/settings/users/{olive_row.id}", name="Olive", role="staff")
    assert page.status == 409
    assert page.refusal == "You can’t take this from your own account. Another owner has to do it."
    assert shop.get(User, olive_row.id).role is Role.OWNER


def test_nobody_disables_their_own_account(olive, olive_row, shop):
    assert olive.post(f"/settings/users/{olive_row.id}/disable").status == 409
    assert shop.get(User, olive_row.id).disabled_at is None


@pytest.mark.parametrize(("use_case", "step"), [("change_user", ""), ("disable_user", "/disable")])
def test_of_two_owners_who_shut_each_other_out_at_once_one_stays(
    app, olive_row, sam_row, shop, monkeypatch, use_case, step
):
    """Each was an owner when they clicked; who gets the lock last is one no more."""
    shop.change(sam_row, role=Role.OWNER)
    act = getattr(user_routes, use_case)

    def late(*asked, **more):
        shop.change(sam_row, role=Role.STAFF)
        return act(*asked, **more)

    monkeypatch.setattr(user_routes, use_case, late)
    page = signed_in(app, "sam").post(f"/settings/users/{olive_row.id}{step}", name="Olive Owner", role="staff")
    assert page.status == 409
    assert page.refusal == "This is the last owner who can sign in. Make somebody else an owner first."
    kept = shop.get(User, olive_row.id)
    assert (kept.role, kept.disabled_at) == (Role.OWNER, None)


def test_an_owner_who_is_disabled_is_not_the_last(olive, sam_row, shop):
    shop.change(sam_row, role=Role.OWNER, disabled_at=A_MORNING)
    assert olive.post(f"/settings/users/{sam_row.id}", name="Sam Staff", role="staff").status == 303
    assert shop.get(User, sam_row.id).role is Role.STAFF
