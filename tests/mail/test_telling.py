"""Why nobody is told, and that the email is kept all the same."""

import pytest

from blueprints import clock
from blueprints.orders.telling import customer_email, tell_customer
from models import Alert, Email, EmailState, NotSentReason, Order, Store, writing
from tests.mail.desk import MailDesk


def test_without_an_address_nobody_is_told(shop, desk):
    email = desk.tell(shop.order(customer_email=None))
    assert (email.state, email.reason) == (EmailState.NOT_SENT, NotSentReason.NO_ADDRESS)


def test_with_alerts_off_nobody_is_told(shop, desk):
    shop.change(shop.get(Store, 1), alerts_on=False)
    assert desk.tell(shop.order()).reason is NotSentReason.ALERTS_OFF


@pytest.mark.parametrize(("kind", "reason"), [("order_shipped", NotSentReason.ALERTS_OFF), ("order_cancelled", None)])
def test_one_alert_can_be_off(kind, reason, shop, desk, app):
    with app.app_context(), writing() as session:
        session.add(Alert(kind="order_shipped", on=False))
    assert desk.tell(shop.order(), kind=kind).reason is reason


def test_whoever_changes_the_order_may_want_no_email(shop, desk, post_office):
    email = desk.tell(shop.order(), wanted=False, note="Sorry")
    assert email.reason is NotSentReason.NOT_WANTED
    assert "Sorry" in email.text
    assert desk.deliver() == {}
    assert post_office.letters == []


@pytest.mark.parametrize(("is_demo", "reason"), [(True, NotSentReason.DEMO), (False, NotSentReason.NO_SERVER)])
def test_without_a_server_mail_is_kept_to_be_read(is_demo, reason, open_app, shop):
    shop.change(shop.get(Store, 1), is_demo=is_demo)
    desk = MailDesk(open_app(MAIL_SERVER=None))
    assert desk.tell(shop.order()).reason is reason


def test_customers_are_written_to_in_the_language_of_the_store(shop, desk):
    shop.change(shop.get(Store, 1), language="fil")
    email = desk.tell(shop.order())
    assert '<html lang="fil">' in email.html


def test_an_email_that_was_undone_with_its_change_never_was(shop, app):
    order = shop.order()

    def change_and_fail() -> None:
        with app.app_context(), writing() as session:
            found = session.get_one(Order, order.id)
            message = customer_email(found, "order_cancelled")
            tell_customer(session, found, kind="order_cancelled", wanted=True, at=clock.now(), message=message)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert shop.count(Email) == 0
