"""Whose data it is: the email address says so, and a phone says perhaps."""

import pytest
from sqlalchemy import select

from blueprints.privacy import finding, refusals
from models import OrderStatus, Ticket
from tests.explaining import plan_of
from tests.privacy.customers import HERE, SOMEBODY

ADDRESS, PHONE = "maria.clara@example.com", "0917 222 3344"
MARIA = {"customer_email": ADDRESS, "customer_phone": PHONE, "status": OrderStatus.COMPLETED}


def found(visitor, typed):
    page = visitor.get(f"{HERE}/customer", query_string={"q": typed})
    boxes = page.select("input[name=order]")
    return ({int(b["value"]) for b in boxes if b.has_attr("checked")},
            {int(b["value"]) for b in boxes if not b.has_attr("checked")})  # fmt: skip


@pytest.fixture
def maria(shop):
    return shop.order(**MARIA)


def test_however_it_is_written(olive, shop, maria):
    for typed in (ADDRESS, "  MARIA.CLARA@Example.COM ", PHONE, "+63 917-222-3344", "639172223344", "(0917) 2223344"):
        assert found(olive, typed) == ({maria.id}, set()), typed


def test_nothing_is_said_to_be_missing_before_anything_was_sought(olive):
    page = olive.get(f"{HERE}/customer")
    assert "Type the whole email address" in page.text
    assert "Nothing found" not in page.text
    assert "Nothing found" in olive.get(f"{HERE}/customer?q=nobody@example.com").text


def test_capitals_in_the_order_make_no_difference(olive, shop, maria):
    loud = shop.order(**MARIA | {"customer_email": "Maria.Clara@EXAMPLE.com"})
    assert found(olive, "maria.clara@example.com") == ({maria.id, loud.id}, set())


def test_who_shares_the_phone_is_theirs_only_if_the_owner_says_so(olive, shop, maria):
    brother = shop.order(**MARIA | {"customer_email": "brother@example.com"})
    silent = shop.order(**MARIA | {"customer_email": None})
    assert found(olive, ADDRESS) == ({maria.id}, {brother.id, silent.id})
    assert found(olive, PHONE) == (set(), {maria.id, brother.id, silent.id})
    page = olive.get(f"{HERE}/customer?order={silent.id}")
    assert [int(box["value"]) for box in page.select("input[name=order][checked]")] == [silent.id]


def test_a_similar_address_is_another_customer(olive, shop, maria):
    for address in ("maria.clara@example.com.ph", "x-maria.clara@example.com", "mariä.clara@example.com"):
        shop.order(**MARIA | {"customer_email": address, "customer_phone": None})
    assert found(olive, "maria.clara@example.com") == ({maria.id}, set())


def test_however_many_others_are_called_alike(olive, shop, maria, monkeypatch):
    monkeypatch.setattr(finding, "LOOKED_AT_ONCE", 3)
    for address in (f"{ADDRESS}.ph", f"x{ADDRESS}") * 5:
        shop.order(customer_email=address, customer_phone=None)
    assert found(olive, ADDRESS) == ({maria.id}, set())


def test_what_is_no_address_finds_nobody(olive, maria):
    for typed in ("", "Maria Santos", "maria", "@", "a@b", "09", '" OR 1=1 --', "\0", "%", "*" * 5000, "x@" + "y" * 400,
                  '{search_text} : "maria"', "\ud800@x", "\u202emoc.elpmaxe@arama"):  # fmt: skip
        assert found(olive, typed.encode("utf-8", "replace")) == (set(), set()), typed


def test_an_order_without_address_and_phone_stands_alone(olive, shop):
    order = shop.order(customer_email=None, customer_phone=None)
    shop.order(customer_email=None, customer_phone=None)
    ask(olive, reason=f"I need {order.number} boxes")
    page = olive.get(f"{HERE}/customer?order={order.id}")
    assert [int(box["value"]) for box in page.select("input[name=order]")] == [order.id]
    assert not page.select("input[name=ticket]"), "a number is nobody's name"


def test_questions_that_name_them_are_listed_and_not_ticked(olive, orders):
    olive.post("/support/tickets/new", subject="Rude", reason=f"{SOMEBODY['customer_email']} shouts at me")
    olive.post("/support/tickets/new", subject="Printer", reason="It smokes")
    page = olive.get(f"{HERE}/customer?order={orders[0].id}")
    ticked = {int(box["value"]): box.has_attr("checked") for box in page.select("input[name=ticket]")}
    assert ticked == {1: True, 2: False}


def ask(visitor, subject="Help", reason="Please."):
    return int(visitor.post("/support/tickets/new", subject=subject, reason=reason).location.rpartition("/")[2])


def listed(visitor, typed):
    page = visitor.get(f"{HERE}/customer", query_string={"q": typed})
    return {int(box["value"]) for box in page.select("input[name=ticket]")}


def test_a_question_names_them_in_its_subject_its_reason_or_what_was_said_on_it(olive, uma, maria):
    inside = [ask(olive, subject=f"About {ADDRESS.upper()}"), ask(olive, reason=f"{ADDRESS.upper()} shouts")]
    said = ask(olive)
    olive.post(f"/support/tickets/{said}/reply", body=f"It is {ADDRESS.upper()} again")
    silent, kept = ask(olive), ask(olive)
    uma.post(f"/support/tickets/{kept}/reply", body=f"{ADDRESS} is a nuisance", internal="y")
    uma.post(f"/support/tickets/{silent}/reply", body="Who?")
    assert listed(olive, ADDRESS) == {*inside, said}, "a note of support that the merchant can't read tells nobody"


def test_so_does_the_name_in_the_order_unless_it_is_too_short_to_be_anybodys_own(olive, shop, maria):
    named, _short = ask(olive, reason="Maria Santos called"), ask(olive, reason="Ana called")
    shop.order(**MARIA | {"customer_name": "Ana"})
    assert listed(olive, ADDRESS) == {named}


def test_signs_that_stand_for_any_other_stand_for_themselves(olive, shop):
    address, alike = "a_b%c@example.com", "axb-c@example.com"
    shop.order(customer_email=address, customer_phone=None, customer_name="Ana")
    asked = {each: [ask(olive, subject=each), ask(olive, reason=each), ask(olive)] for each in (address, alike)}
    for each, (*_, said) in asked.items():
        olive.post(f"/support/tickets/{said}/reply", body=each)
    assert listed(olive, address) == set(asked[address])


def test_a_ticket_about_an_order_of_somebody_else_is_not_theirs_though_it_names_them(olive, shop, maria):
    other = shop.booked_order(customer_name="Juan Dela Cruz", customer_email="juan@example.com", customer_phone=None)
    olive.post(f"/support/tickets/new?order={other.id}", reason=f"{ADDRESS} paid for it")
    assert listed(olive, ADDRESS) == set()


@pytest.mark.sqlite
def test_what_stands_elsewhere_is_found_from_the_orders_and_no_table_is_read_through(app, shop, orders):
    these = finding.Chosen(orders, shop.all(select(Ticket)))
    with app.app_context():
        for found, begins in (
            (finding.emails_about(these), "ix_emails_about_order"),
            (finding.messages_about(these), "ix_ticket_messages_about_order"),
            (refusals.still_told_elsewhere(these), "ix_emails_about_order"),
        ):
            plan = "; ".join(plan_of(found))
            assert begins in plan
            assert "SCAN" not in plan
            assert "AUTOMATIC" not in plan
