"""Giving out what the store holds about a customer: all of it, nobody else's, and no secret."""

import json
from datetime import datetime

from models import Order, OrderStatus
from tests.orders.asking import ask, link_of
from tests.orders.books import later
from tests.orders.deciding import cancel
from tests.pages import words
from tests.people import PASSWORD, Visitor, signed_in
from tests.privacy.customers import HERE, HERS, OTHER_WORD, SOMEBODY, WORD, bring_to_an_end, in_every_table
from tests.support.inside import cancel_in_window


def export(visitor, orders, **fields):
    visitor.get("/help/")
    data = {"csrf_token": visitor.token, "order": [order.id for order in orders], **fields}
    return visitor.client.post(f"{HERE}/export", data=data)


def said_to_be_held(visitor, order):
    return [words(line) for line in visitor.get(f"{HERE}/data?order={order.id}").select("main li")]


def test_it_holds_all_of_it_readable_and_nothing_secret(app, olive, shop, orders):
    other = shop.order(customer_name="Somebody Else", customer_email="else@example.com")
    answer = export(olive, orders)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert WORD not in answer.headers["Content-Disposition"]
    found = json.loads(answer.text)
    assert found["customer"]["email_addresses"] == [SOMEBODY["customer_email"]]
    first = next(order for order in found["orders"] if order["number"] == orders[0].number)
    assert (first["total"], first["items"][0]["price_each"]) == ("960.00", "480.00")
    assert first["cancel_requests"][0]["words"] == f"{WORD} moves house"
    assert first["cancels"][0]["note_to_the_customer"] == f"Dear {WORD}"
    assert first["refunds"][0]["paid_back"][0]["reference"] == f"GCASH {WORD}"
    assert any(f"Dear {WORD}" in email["text"] for email in first["emails"])
    assert datetime.fromisoformat(first["placed_at"]).utcoffset().total_seconds() == 8 * 3600
    [ticket] = found["tickets"]
    assert [message["text"] for message in ticket["messages"]] == [f"{WORD} calls me all day"]
    assert [file["name"] for file in ticket["files"]] == [f"{WORD}.png"]
    assert any(order["payment_reminders"] for order in found["orders"])
    assert "Poor" not in answer.text
    assert other.customer_name not in answer.text
    assert [link_of(app, order) for order in orders if link_of(app, order) in answer.text] == []
    assert in_every_table(app, WORD)  # nothing went


def test_all_that_stands_anywhere_about_them_is_in_it(app, olive, shop, orders):
    """But for passing copies: what programs were answered, what an import found wrong, words for many orders."""
    text = export(olive, orders).text
    columns = in_every_table(app, WORD)
    hers = {"orders", "notes", "emails", "cancel_requests", "refunds", "settlements", "tickets", "ticket_messages",
            "attachments"}  # fmt: skip
    beside = {"api_requests", "import_findings", "bulk_cancels", "link_requests"}
    assert {column.split(".")[0] for column in columns if "search" not in column} == hers | beside
    for said in ("was rude", "took a voucher", "does not want it", f"Ring {WORD} first", f"1 {WORD} St"):
        assert said in text


def test_what_the_store_was_mailed_about_them_is_in_it_and_counted(app, olive, shop):
    order = shop.order(**HERS)
    assert ask(Visitor(app), link_of(app, order), f"{OTHER_WORD} is ill").status == 303
    cancel(olive, order)
    bring_to_an_end(app)
    [found] = json.loads(export(olive, [order]).text)["orders"]
    assert [OTHER_WORD in email["text"] for email in found["emails_to_the_store"]] == [True]
    assert f"{len(found['emails']) + 1} emails: their texts and their addresses" in said_to_be_held(olive, order)


def test_what_support_said_of_their_order_on_another_ticket_is_in_it_and_counted(app, olive, uma, shop):
    order = shop.booked_order(**HERS)
    filed = olive.post("/support/tickets/new", subject="Another matter", reason="The printer smokes")
    ticket = int(filed.location.rpartition("/")[2])
    cancel_in_window(shop, olive, uma, ticket, order, courier_reference=f"REF-{OTHER_WORD}", solve="y")
    [found] = json.loads(export(olive, [order]).text)["orders"]
    [said] = found["said_on_other_tickets"]
    assert (said["ticket"], said["by"], f"REF-{OTHER_WORD}" in said["text"]) == (ticket, "support", True)
    assert "1 message on another ticket" in said_to_be_held(olive, order)


def test_history_says_so_and_names_nobody(olive, shop, orders):
    export(olive, orders)
    assert [shop.events(order)[-1] for order in orders] == ["order.data_exported"] * 3
    assert "Olive Owner downloaded the customer’s data." in olive.get(f"/orders/{orders[0].id}").text


def test_the_password_is_asked_for_again(app, shop, orders):
    with later(minutes=20):
        olive = signed_in(app, "olive")
    with later(minutes=40):
        answer = export(olive, orders)
        assert (answer.status_code, answer.headers["Location"].startswith("/confirm?next=")) == (303, True)
        back = olive.get(answer.headers["Location"])
        answer = olive.follow(olive.post("/confirm", password=PASSWORD, next=back.value("next")))
        assert (answer.h1, len(answer.select("#export input[name=order]"))) == ("What the store holds", 3)
        assert export(olive, orders).status_code == 200


def test_staff_and_support_get_nothing(sam, uma, shop, orders):
    for visitor in (sam, uma):
        assert export(visitor, orders).status_code == 403
        assert visitor.get(f"{HERE}/data?order={orders[0].id}").status == 403
    assert "order.data_exported" not in shop.events(orders[0])


def test_what_people_typed_can_t_break_the_file(olive, shop):
    nasty = '"}]\u2028</script><script>alert(1)</script>\n=cmd|x'
    order = shop.order(status=OrderStatus.COMPLETED, customer_name=nasty, address=nasty)
    found = json.loads(export(olive, [order]).text)
    assert found["orders"][0]["name"] == nasty


def test_nothing_chosen_leads_back(olive):
    answer = export(olive, [])
    assert (answer.status_code, answer.headers["Location"]) == (303, HERE)
    assert olive.get(f"{HERE}/data?order=99999").status == 303
    assert olive.get(f"{HERE}/erase?ticket=x").status == 303


def test_an_order_leads_to_its_customers_data(olive, sam, shop, orders):
    link = olive.get(f"/orders/{orders[0].id}").one("#customer a[href*='privacy']")
    page = olive.get(link["href"])
    assert [str(box["value"]) for box in page.select("input[name=order][checked]")] == [
        str(order.id) for order in sorted(orders, key=lambda order: -order.position)
    ]
    assert not sam.get(f"/orders/{orders[0].id}").select("#customer a[href*='privacy']")
    assert shop.get(Order, orders[0].id)
