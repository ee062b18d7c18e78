"""A customer with a long story, and what is left of them anywhere in the store."""

from typing import Any

from flask import Flask
from sqlalchemy import select, text

from blueprints import clock
from models import (
    ApiRequest,
    ApiToken,
    Attachment,
    AttachmentKind,
    BulkCancel,
    BulkOrder,
    BulkState,
    Email,
    ImportFinding,
    ImportState,
    LinkRequest,
    Order,
    OrderImport,
    OrderSource,
    OrderStatus,
    PaymentMethod,
    PaymentReminder,
    PaymentStatus,
    Refund,
    writing,
)
from tests.orders.asking import ask, link_of
from tests.orders.deciding import cancel, drawn
from tests.pages import Page
from tests.people import PASSWORD, Visitor, signed_in
from tests.shop import Shop
from tests.storing import ON_POSTGRES, Outsider, shop_of
from tests.support.files import PNG

HERE = "/settings/privacy"
WORD = "Zqxwvut"
"""Stands in all that anybody wrote by, to or about her, and nowhere else."""
SOMEBODY = {
    "customer_name": f"{WORD} Planted",
    "customer_email": f"{WORD}@Example.com",
    "customer_phone": "0917 555 7788",
    "address": f"1 {WORD} St",
    "customer_note": f"Ring {WORD} first",
}
OTHER_WORD = "Wqywqy"
HERS = {"customer_name": f"{OTHER_WORD} Person", "customer_email": "wqywqy@example.com"}
"""Somebody else than she of the long story."""
PAID = {"payment_status": PaymentStatus.PAID, "payment_method": PaymentMethod.GCASH}


def a_long_story(app: Flask, shop: Shop) -> list[Order]:
    """Three orders that have come to their ends: one that she asked to cancel and was paid back, one that was waived,
    and one that support was asked about."""
    shop.product()
    paid_back = shop.sold(status=OrderStatus.ACCEPTED, **PAID, **SOMEBODY)
    waived = shop.order(**PAID, **SOMEBODY)
    asked_about = shop.booked_order(**SOMEBODY)
    olive = signed_in(app, "olive")
    assert ask(Visitor(app), link_of(app, paid_back), f"{WORD} moves house").status == 303
    cancel(olive, paid_back, note=f"Dear {WORD}", internal_note=f"{WORD} was rude")
    cancel(olive, waived, internal_note=f"{WORD} again")
    for refund, way, typed in (
        (_refund_of(shop, paid_back), "settle", {"reference": f"GCASH {WORD}"}),
        (_refund_of(shop, waived), "waive", {"because": f"{WORD} took a voucher"}),
    ):
        url = f"/refunds/{refund.id}/{way}"
        assert olive.post(url, **drawn(olive.get(f"/refunds/{refund.id}"), url, **typed)).status == 303
    _about_the_booked_one(app, olive, asked_about)
    _elsewhere(app, [paid_back, waived, asked_about])
    bring_to_an_end(app)
    return [shop.get(Order, order.id) for order in (paid_back, waived, asked_about)]


def _refund_of(shop: Shop, order: Order) -> Refund:
    return shop.first(select(Refund).where(Refund.order_id == order.id))


def _about_the_booked_one(app: Flask, olive: Visitor, order: Order) -> None:
    answer = olive.post(f"/support/tickets/new?order={order.id}", reason=f"{WORD} does not want it")
    ticket_id = int(answer.location.rpartition("/")[2])
    olive.post(f"/support/tickets/{ticket_id}/reply", body=f"{WORD} calls me all day")
    uma = signed_in(app, "uma")
    uma.post(f"/support/tickets/{ticket_id}/reply", body=f"Poor {WORD}", internal="y")
    uma.post(f"/support/tickets/{ticket_id}/solve")
    with app.app_context(), writing() as session:
        file = {"filename": f"{WORD}.png", "kind": AttachmentKind.PNG, "size": len(PNG), "content": PNG}
        session.add(Attachment(ticket_id=ticket_id, **file))
        session.get_one(Order, order.id).status = OrderStatus.COMPLETED


def _elsewhere(app: Flask, orders: list[Order]) -> None:
    """Copies that other parts of Suki keep for a while."""
    with app.app_context(), writing() as session:
        now = clock.now()
        token = ApiToken(name="Shop", token_hash="x" * 64, last_four="abcd", may_write=True, created_at=now)
        token.created_by_id = 1
        file = OrderImport(
            filename="orders.csv", size=1, source=OrderSource.SUKI, state=ImportState.DONE, created_at=now
        )
        file.finished_at = now
        bulk = BulkCancel(user_id=1, state=BulkState.DISCARDED, created_at=now, finished_at=now, note=f"Dear {WORD}")
        email = session.scalars(select(Email).where(Email.order_id == orders[1].id)).first()
        session.add_all([token, file, bulk])
        session.flush()
        session.add_all(
            [
                ApiRequest(token_id=token.id, key="k", fingerprint="f", order_id=orders[0].id, status=201, at=now,
                           answer=f'{{"customer_name": "{WORD}"}}'),
                ImportFinding(import_id=file.id, line=2, number=orders[0].number, code="x", found=WORD, stops=False),
                BulkOrder(bulk_id=bulk.id, order_id=orders[0].id, version=1),
                LinkRequest(at=now, address="127.0.0.1", number="77", email=f"{WORD}@example.com".lower()),
                PaymentReminder(order_id=orders[1].id, at=now, email_id=email.id, pay_by=now),
            ]
        )  # fmt: skip


def bring_to_an_end(app: Flask) -> None:
    """The mail server took what waited, and named the reader."""
    with app.app_context(), writing() as session:
        session.execute(
            text("UPDATE emails SET state = 'sent', sent_at = created_at, answer = :said WHERE state IN "
                 "('held', 'queued', 'sending')"),
            {"said": f"250 2.1.5 {WORD}@example.com"},
        )  # fmt: skip


def in_every_table(app: Flask, word: str) -> set[str]:
    """The columns in which it stands, over all tables there are, those of the search among them."""
    found = set()
    with Outsider(shop_of(app)) as other:
        for table in other.tables() if ON_POSTGRES else _all_in_the_file(other):
            cursor = other.line.execute(f"SELECT * FROM {table}")
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                found |= {f"{table}.{name}" for name, value in zip(columns, row, strict=True) if _holds(value, word)}
    return found


def _all_in_the_file(other: Outsider) -> list[str]:
    return [name for (name,) in other.run("SELECT name FROM sqlite_master WHERE type = 'table'")]


def _holds(value: Any, word: str) -> bool:
    if isinstance(value, bytes):
        return word.lower().encode() in value.lower()
    return isinstance(value, str) and word.lower() in value.lower()


def in_the_file(app: Flask, word: str) -> int:
    """How often, in all bytes of the database and its log."""
    database = shop_of(app)
    return sum(
        path.read_bytes().lower().count(word.lower().encode())
        for path in (database, database.with_name("suki.db-wal"))
        if path.exists()
    )


def pieces_are_in_the_file(app: Flask) -> bool:
    """Those of three letters by which the search finds the word. One of them may stand in some random token, all of
    them do not."""
    return all(in_the_file(app, WORD[at : at + 3]) for at in range(len(WORD) - 2))


def erase_page(visitor: Visitor, orders: list[Order], tickets: tuple[int, ...] = ()) -> Page:
    query = "&".join([*(f"order={order.id}" for order in orders), *(f"ticket={each}" for each in tickets)])
    return visitor.get(f"{HERE}/erase?{query}")


def erase(visitor: Visitor, orders: list[Order], tickets: tuple[int, ...] = (), password: str = PASSWORD) -> Page:
    """On its page."""
    page = erase_page(visitor, orders, tickets)
    return visitor.post(f"{HERE}/erase", **drawn(page, f"{HERE}/erase", password=password))
