"""What a program may send and what it gets, in JSON Schema. The description publishes these very schemas, and every
request is checked against them: so they can't say different things."""

from typing import Any

from sqlalchemy.orm import QueryableAttribute

from blueprints.bounds import MOST_ITEMS, MOST_PIECES
from blueprints.problems import CODES
from models import (
    Courier,
    CustomerAlert,
    EmailState,
    Note,
    NotSentReason,
    Order,
    OrderItem,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    Reason,
)
from models.base import longest
from models.money import MOST

Schema = dict[str, Any]

LARGEST_ID = 10**18 - 1
# What cleaning takes out of a line: spaces, controls, and what can't be seen.
_UNSEEN = r"\s\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff"
SEEN = f"[^{_UNSEEN}]"
SEEN_OF_NUMBER = f"[^#{_UNSEEN}]"
"""A number is kept without the sign that people write before it."""


def _values(of: Any) -> list[str]:
    return [member.value for member in of]


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _text(column: QueryableAttribute[Any], says: str = "", **more: Any) -> Schema:
    """No longer than what keeps it."""
    return {"type": "string", "maxLength": longest(column), **({"description": says} if says else {}), **more}


def _amount(says: str, **more: Any) -> Schema:
    return {"type": "integer", "minimum": 0, "maximum": MOST, "description": says, **more}


def _object(required: tuple[str, ...] | None = None, **properties: Schema) -> Schema:
    """Nothing else is taken; everything is there unless `required` says what must be."""
    needed = list(properties) if required is None else list(required)
    return {"type": "object", "additionalProperties": False, "required": needed, "properties": properties}


def _or_null(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **enum, "type": [schema["type"], "null"]}


_TIME = {"type": "string", "format": "date-time"}
_COUNT = {"type": "integer", "minimum": 0}
_ID = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
_MINOR = "In minor units of the currency: 48000 is ₱480.00"

NEW_ITEM = _object(
    ("name", "quantity", "price"),
    name=_text(OrderItem.name, "What it is", pattern=SEEN),
    sku=_text(OrderItem.sku, "A counted product with this SKU is taken from the stock"),
    quantity={"type": "integer", "minimum": 1, "maximum": MOST_PIECES},
    price=_amount(f"Of one piece. {_MINOR}"),
)
NEW_ORDER = {
    **_object(
        ("number", "customer_name", "items"),
        number=_text(Order.number, "As the customer knows it; a # before it is dropped", pattern=SEEN_OF_NUMBER),
        customer_name=_text(Order.customer_name, pattern=SEEN),
        customer_email=_text(
            Order.customer_email,
            "One that mail can go to: what only looks like an address is refused as `not_accepted`",
            format="email",
            pattern=r"^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$",
            examples=["maria@example.com"],
        ),
        customer_phone=_text(
            Order.customer_phone,
            "With digits, in any of the ways in which phones are written",
            pattern="[0-9]",
        ),
        address=_text(Order.address),
        customer_note=_text(Order.customer_note, "What the customer wrote with the order"),
        items={"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": _ref("NewItem")},
        shipping=_amount(_MINOR, default=0),
        discount=_amount("At most what all the rest comes to", default=0),
        currency={
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": "ISO 4217. Given, it must be the store's: so no amount is taken for pesos that is not",
        },
        payment_method={"type": "string", "enum": _values(PaymentMethod), "default": PaymentMethod.COD.value},
        is_paid={"type": "boolean", "default": False, "description": "All of it was paid already"},
        courier=_text(Courier.name, "By its name on the store's list; the order is booked with it", minLength=1),
        waybill=_text(Order.waybill),
    ),
    "dependentRequired": {"waybill": ["courier"]},
}
CANCEL = _object(
    (),
    note=_text(Note.body, "To the customer"),
    internal_note=_text(Note.body, "For the store's eyes only"),
    reason=_text(Reason.label, "One of the store's list, by its label", minLength=1),
    restock={"type": "boolean", "default": True, "description": "Whether the items go back into stock"},
    notify={"type": "boolean", "default": True, "description": "Whether the customer is emailed, if they can be"},
    fee=_amount("What the shop keeps of what was paid", default=0),
    version={**_ID, "description": "The order's, when it was last read: refused if it was changed since"},
)

ITEM = _object(
    id=_ID,
    name={"type": "string"},
    sku={"type": "string"},
    quantity={**_COUNT, "description": "As it was ordered"},
    cancelled={**_COUNT, "description": "How many of them were cancelled while the order went on"},
    price=_amount("Of one piece"),
)
EMAIL = _object(
    kind={"type": "string", "enum": [CustomerAlert.ORDER_CANCELLED.value]},
    state={"type": "string", "enum": _values(EmailState)},
    why_not_sent=_or_null({"type": "string", "enum": _values(NotSentReason)}),
)
CANCELLATION = _object(
    id=_ID,
    at=_TIME,
    by={"type": "string", "description": "Who did it: somebody of the shop, a token (“Storefront (API)”), or Suki"},
    previous_status={
        "type": "string",
        "enum": [status for status in _values(OrderStatus) if status != OrderStatus.CANCELLED],
    },
    reason=_or_null({"type": "string"}),
    note={"type": "string", "description": "To the customer"},
    restock={"type": "boolean"},
    pieces_back={**_COUNT, "description": "How many went back into stock"},
    fee=_amount("What the shop keeps of what was paid"),
    refund_owed=_amount("What is or was owed back because of it"),
    refund_settled=_amount("What of that went back already"),
    email=_or_null(_ref("Email")),
    undo_until={**_or_null(_TIME), "description": "Until then a person can undo it, and the email waits"},
)
ORDER = _object(
    id=_ID,
    number={"type": "string"},
    version={**_ID, "description": "Rises with every change"},
    status={"type": "string", "enum": _values(OrderStatus)},
    can_be_cancelled={"type": "boolean"},
    placed_at=_TIME,
    cancelled_at=_or_null(_TIME),
    customer_name={"type": "string"},
    customer_email=_or_null({"type": "string"}),
    customer_phone=_or_null({"type": "string"}),
    address={"type": "string"},
    customer_note={"type": "string"},
    currency={"type": "string"},
    items={"type": "array", "items": _ref("Item")},
    shipping=_amount(_MINOR),
    discount=_amount(_MINOR),
    tax=_amount(_MINOR),
    total=_amount("Of what remains"),
    paid=_amount(_MINOR),
    refunded=_amount(_MINOR),
    payment_status={"type": "string", "enum": _values(PaymentStatus)},
    payment_method={"type": "string", "enum": _values(PaymentMethod)},
    courier=_or_null({"type": "string"}),
    waybill={"type": "string"},
    is_booked={"type": "boolean", "description": "The courier holds it still"},
    cancellation={**_or_null(_ref("Cancellation")), "description": "Of the whole order, while it holds"},
    page={"type": "string", "format": "uri", "description": "Where people see it"},
)
ORDERS = _object(
    orders={"type": "array", "items": _ref("Order"), "maxItems": 100},
    next={**_or_null({"type": "string"}), "description": "Send it as `after` for the next page; null on the last"},
)
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "As `code`, as a URI"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": list(CODES)},
        "errors": {
            "type": "array",
            "description": "What does not fit, and where",
            "items": _object(
                ("detail",),
                detail={"type": "string"},
                pointer={"type": "string", "description": "Into the body, as a JSON Pointer"},
                parameter={"type": "string", "description": "Of the query"},
            ),
        },
    },
}
SCHEMAS: dict[str, Schema] = {
    "NewOrder": NEW_ORDER,
    "NewItem": NEW_ITEM,
    "Cancel": CANCEL,
    "Order": ORDER,
    "Orders": ORDERS,
    "Item": ITEM,
    "Cancellation": CANCELLATION,
    "Email": EMAIL,
    "Problem": PROBLEM,
}
