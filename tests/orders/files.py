"""Files of orders for tests, small enough to be read in the test, and how they are sent."""

import csv
from io import BytesIO, StringIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models import Order, OrderImport, db
from tests.pages import Page
from tests.people import Visitor
from tests.shop import Shop

SHOPIFY = {
    "Name": "#1001",
    "Email": "maria@example.com",
    "Financial Status": "paid",
    "Fulfillment Status": "unfulfilled",
    "Currency": "PHP",
    "Shipping": "80.00",
    "Taxes": "0.00",
    "Total": "1,040.00",
    "Discount Amount": "0.00",
    "Created at": "2026-11-20 09:30:00 +0800",
    "Lineitem quantity": "2",
    "Lineitem name": "Adobo set",
    "Lineitem price": "480.00",
    "Lineitem sku": "ADO-2",
    "Billing Name": "",
    "Shipping Name": "Maria Santos",
    "Shipping Phone": "0917 123 4567",
    "Cancelled at": "",
    "Notes": "",
}
WOO = {
    "order_id": "77",
    "order_number": "1001",
    "order_date": "2026-11-20 09:30:00",
    "paid_date": "",
    "status": "wc-processing",
    "shipping_total": "80.00",
    "order_total": "1040.00",
    "order_currency": "PHP",
    "payment_method": "cod",
    "payment_method_title": "Cash on delivery",
    "billing_first_name": "Maria",
    "billing_last_name": "Santos",
    "billing_email": "maria@example.com",
    "billing_phone": "0917 123 4567",
    "line_item_1": "name:Adobo set|product_id:12|sku:ADO-2|quantity:2|total:960.00|sub_total:960.00",
}
ANALYTICS = {
    "Date": "2026-11-20 09:30:00",
    "Order #": "1001",
    "N. Revenue (formatted)": "₱1,040.00",
    "Status": "completed",
    "Customer": "Maria Santos",
    "Customer type": "new",
    "Product(s)": "2× Adobo set, 1× Ube jam",
    "Items sold": "3",
    "Coupon(s)": "",
    "Net Sales": "1040",
    "Attribution": "Direct",
}
OURS = {
    "number": "1001",
    "placed_at": "2026-11-20 09:30:00+08:00",
    "status": "pending",
    "payment_status": "unpaid",
    "payment_method": "cod",
    "currency": "PHP",
    "total": "1040.00",
    "paid": "0.00",
    "customer_name": "Maria Santos",
    "customer_email": "maria@example.com",
    "customer_phone": "0917 123 4567",
    "address": "12 Mabini St, Quezon City",
    "courier": "",
    "waybill": "",
    "item_sku": "ADO-2",
    "item_name": "Adobo set",
    "item_quantity": "2",
    "item_price": "480.00",
}


def a_file(kind: dict[str, str], *changes: dict[str, str], separator: str = ",", ending: str = "\r\n") -> str:
    """A row for each of the changes; names with blanks in them are written with an underscore, or as they are."""
    rows = [{**kind, **change} for change in changes or ({},)]
    text = StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, columns, delimiter=separator, lineterminator=ending, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def item_row(kind: dict[str, str], **item: str) -> dict[str, str]:
    """A later row of the same order: only its number and an item."""
    empty = dict.fromkeys(kind, "")
    return empty | {"Name": kind["Name"]} | {name.replace("_", " "): value for name, value in item.items()}


def send(visitor: Visitor, file: str | bytes, filename: str = "orders.csv") -> Page:
    """The answer to choosing a file: the preview, or the page that says why there is none."""
    content = file.encode() if isinstance(file, str) else file
    page = visitor.post("/orders/import", data={"file": (BytesIO(content), filename)})
    page.response.request.environ["wsgi.input"].close()  # a temporary file, when it is large
    return visitor.follow(page) if page.status == 303 else page


def worth_a_look(preview: Page) -> list[str]:
    return [row.get_text(" ", strip=True) for row in preview.select("#worth-a-look tbody tr")]


def bring_in(visitor: Visitor, file: str | bytes) -> Page:
    """The page of an import that was sent, read and started."""
    page = send(visitor, file)
    assert page.status == 200, page.text
    return visitor.follow(visitor.post(f"{page.response.request.path}/start"))


def orders_in(shop: Shop) -> list[Order]:
    with shop.app.app_context():
        found = select(Order).options(selectinload(Order.items), selectinload(Order.courier)).order_by(Order.id)
        orders = list(db.session.scalars(found))
        db.session.expunge_all()
        return orders


def counts(shop: Shop) -> dict[str, Any]:
    """Of the last import."""
    last = shop.first(select(OrderImport).order_by(OrderImport.id.desc()))
    names = ("new", "already_there", "bad", "without_email", "imported")
    return {name: getattr(last, name) for name in names if getattr(last, name)}
