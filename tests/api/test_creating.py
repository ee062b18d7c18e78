"""Orders that programs create: as if somebody had filled in the form, and held to the same bounds."""

import json
from typing import Any

from sqlalchemy import select

from models import ApiRequest, Courier, Event, Order, OrderItem, PaymentMethod, PaymentStatus, Store
from models.money import MOST
from tests.api.programs import ORDER

ALL = {
    **ORDER,
    "number": "#SK-0107",
    "customer_phone": "0917 123 4567",
    "address": "12 Mabini St\nQuezon City",
    "customer_note": "Ring twice.",
    "shipping": 15000,
    "discount": 5000,
    "currency": "PHP",
    "payment_method": "gcash",
    "is_paid": True,
    "courier": "J&T Express",
    "waybill": "JT0912345678",
}


def test_all_that_can_be_said_of_an_order_is_kept(shop, program):
    product = shop.product(on_hand=10)
    answer = program.post("/orders", ALL)
    assert (answer.status, answer.headers["Location"]) == (201, "/api/v1/orders/1")
    order = shop.get(Order, 1)
    assert (order.number, order.customer_name, order.address) == ("SK-0107", "Maria Santos", ALL["address"])
    assert (order.total, order.paid, order.currency) == (106000, 106000, "PHP")
    assert (order.payment_status, order.payment_method) == (PaymentStatus.PAID, PaymentMethod.GCASH)
    assert (order.is_booked, order.booking_integrated, order.waybill) == (True, True, "JT0912345678")
    assert shop.on_hand(product) == 8
    assert shop.events(order) == ["order.created", "order.booked"]
    assert program.get("/orders/1").json == answer.json
    assert answer.json["items"][0] == {**ORDER["items"][0], "id": 1, "cancelled": 0}


def test_history_says_which_program_it_was(olive, program):
    program.create()
    page = olive.get("/orders/1")
    assert "Storefront (API) entered the order." in page.one("#history").text
    assert "Entered by Storefront (API)" in page.select(".lede")[-1].text


def test_what_is_left_out_is_as_on_an_empty_form(shop, program):
    program.create(customer_email=None)
    order = shop.get(Order, 1)
    assert (order.customer_email, order.customer_phone, order.address, order.shipping) == (None, None, "", 0)
    assert (order.payment_status, order.payment_method) == (PaymentStatus.UNPAID, PaymentMethod.COD)


def test_words_are_cleaned_as_in_the_form(shop, program):
    program.create(number=" # 5001 ", customer_name="Mari\u200ba \0  Santos\n", address=" 12\r\nMabini \x07")
    order = shop.get(Order, 1)
    assert (order.number, order.customer_name, order.address) == ("5001", "Maria Santos", "12\nMabini")


def test_a_number_that_is_taken_says_by_which_order(shop, program):
    taken = shop.order(number="5001")
    answer = program.create(number="#5001")
    assert (answer.status, answer.code, answer.json["order_id"]) == (409, "number_taken", taken.id)
    assert shop.count(Order) == 1


def test_amounts_stay_within_what_can_be_counted(shop, program):
    item = {"name": "Gold", "quantity": 100_000, "price": MOST}
    too_much = program.create(items=[item])
    too_little = program.create(discount=96001)
    assert [(answer.status, answer.code) for answer in (too_much, too_little)] == [(409, "total_out_of_bounds")] * 2
    assert program.create(items=[{**item, "quantity": 1}]).json["total"] == MOST
    assert program.create(number="5002", discount=96000).json["total"] == 0


def test_another_currency_than_the_stores_is_refused(shop, program):
    answer = program.create(currency="JPY")
    assert (answer.status, answer.code, answer.json["currency"]) == (409, "currency_differs", "PHP")
    shop.change(shop.get(Store, 1), currency="JPY")
    assert program.create(currency="JPY").json["total"] == 96000
    shop.change(shop.get(Store, 1), currency="BHD")
    assert program.create(number="5002").json["total"] == 96000


def test_a_courier_is_one_of_the_list(shop, program):
    assert program.create(courier="Nobody").code == "courier_unknown"
    shop.change(shop.first(select(Courier).where(Courier.name == "J&T Express")), active=False)
    assert program.create(courier="J&T Express").code == "courier_unknown"
    assert shop.count(Order) == 0


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"number": ""}, "/number"),
    ({"number": " # "}, "/number"),
    ({"number": "x" * 41}, "/number"),
    ({"number": 5001}, "/number"),
    ({"number": None}, "/number"),
    ({"customer_name": "\u200b \u2028"}, "/customer_name"),
    ({"customer_email": "maria"}, "/customer_email"),
    ({"customer_email": "a@example.com\r\nBcc: b@example.com"}, "/customer_email"),
    ({"customer_phone": "ring the bell"}, "/customer_phone"),
    ({"customer_note": "x" * 2001}, "/customer_note"),
    ({"items": []}, "/items"),
    ({"items": [ORDER["items"][0]] * 101}, "/items"),
    ({"items": {}}, "/items"),
    ({"items": [{"name": "Adobo", "quantity": 1}]}, "/items/0/price"),
    ({"items": [ORDER["items"][0], {"name": "Adobo", "quantity": 0, "price": 1}]}, "/items/1/quantity"),
    ({"items": [{"name": "Adobo", "quantity": 100_001, "price": 1}]}, "/items/0/quantity"),
    ({"items": [{"name": "Adobo", "quantity": True, "price": 1}]}, "/items/0/quantity"),
    ({"items": [{"name": "Adobo", "quantity": 1, "price": 480.5}]}, "/items/0/price"),
    ({"items": [{"name": "Adobo", "quantity": 1, "price": "480"}]}, "/items/0/price"),
    ({"items": [{"name": "Adobo", "quantity": 1, "price": -1}]}, "/items/0/price"),
    ({"items": [{"name": "Adobo", "quantity": 1, "price": MOST + 1}]}, "/items/0/price"),
    ({"items": [{"name": "Adobo", "quantity": 1, "price": 10**30}]}, "/items/0/price"),
    ({"items": [{**ORDER["items"][0], "cancelled": 1}]}, "/items/0/cancelled"),
    ({"shipping": None, "discount": False}, "/discount"),
    ({"currency": "php"}, "/currency"),
    ({"payment_method": "iou"}, "/payment_method"),
    ({"is_paid": "yes"}, "/is_paid"),
    ({"waybill": "JT1"}, "/courier"),
    ({"courier": 1}, "/courier"),
    ({"id": 7}, "/id"),
    ({"status": "completed"}, "/status"),
    ({"paid": 96000}, "/paid"),
    ({"a/b~c": 1}, "/a~1b~0c"),
]


def test_what_does_not_fit_is_said_with_where_it_stands(shop, program):
    for changes, pointer in FAULTS:
        answer = program.create(**changes)
        assert (answer.status, answer.code, answer.pointers) == (422, "invalid", [pointer]), changes
    assert (shop.count(Order), shop.count(OrderItem), shop.count(Event)) == (0, 0, 0)


def test_an_address_that_only_looks_like_one_is_not_accepted(shop, program):
    of_no_mail = (
        "maria@shop.test",
        "maria..santos@example.com",
        "maria@-.com",
        "mária@example.com",
        "=?x?=@example.com",
    )
    for address in of_no_mail:
        answer = program.create(customer_email=address)
        assert (answer.status, answer.code, answer.pointers) == (409, "not_accepted", ["/customer_email"])
        assert answer.json["errors"][0]["detail"] == "Write an email address such as maria@example.com."
    assert program.create(customer_email="maria+shop@peña.example.com").status == 201
    assert shop.count(Order) == 1


def test_all_faults_are_said_at_once_but_no_more_than_a_few(program):
    assert program.create(number="", customer_name=7, items=None).pointers == [
        "/items",
        "/number",
        "/customer_name",
    ]
    assert len(program.create(items=[{}] * 100).pointers) == 20
    assert len(program.create(**{f"field{n}": 1 for n in range(1000)}).text) < 500


HOSTILE = [
    (b"", 400),
    (b"nothing", 400),
    (b"\xff\xfe", 400),
    (b"\xef\xbb\xbf{}", 400),
    (b'{"number": "1", "number": "2"}', 400),
    (b'{"shipping": NaN}', 400),
    (b'{"shipping": 1e99999999999999999999}', 400),
    (b'{"shipping": ' + b"9" * 5000 + b"}", 400),
    (b'{"shipping": -Infinity}', 400),
    (b"[" * 100_000, 400),
    (b'{"items":' * 50_000, 400),
    (b'{"a":' * 900 + b"1" + b"}" * 900, 422),
    (b"[]", 422),
    (b"null", 422),
    (b'"x"', 422),
    (b"1e308", 422),
    (b'{"shipping": 1e999}', 422),
    (b'{"shipping": 0.1e1000000}', 422),
    (b'{"\\ud800": "\\udfff"}', 422),
    (b'{"\\u0000": 1}', 422),
    (b'{"__proto__": {}, "constructor": 1}', 422),
    (json.dumps({**ORDER, "items": [[]] * 100_000}).encode(), 422),
]


def test_hostile_json_is_refused_and_never_a_failure(shop, program):
    for body, status in HOSTILE:
        answer = program.post("/orders", data=body, content_type="application/json", key="k")
        assert answer.status == status, body[:40]
        assert "Traceback" not in answer.text
        assert len(answer.text) < 6000
    assert (shop.count(Order), shop.count(ApiRequest)) == (0, 0)


def test_nor_is_any_depth_a_failure(shop, program):
    """There are depths that are read, and then too deep to be looked at."""
    for depth in range(900, 1000):
        for body in (b"[" * depth + b"]" * depth, b'{"shipping": ' + b"[" * depth + b"]" * depth + b"}"):
            answer = program.post("/orders", data=body, content_type="application/json")
            assert answer.code in ("malformed", "invalid"), depth


def test_half_a_character_is_left_out_as_everywhere(shop, program):
    body = json.dumps({**ORDER, "customer_name": "Maria \ud800", "customer_note": "\udfff"})
    assert program.post("/orders", data=body, content_type="application/json").status == 201
    assert (shop.get(Order, 1).customer_name, shop.get(Order, 1).customer_note) == ("Maria", "")


def test_a_body_is_json_and_of_a_size(shop, program):
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""):
        answer = program.post("/orders", data=json.dumps(ORDER), content_type=kind)
        assert (answer.status, answer.code) == (415, "not_json"), kind
    large = program.post("/orders", data=b" " * 1_100_000, content_type="application/json")
    assert (large.status, large.code) == (413, "too_large")
    charset = program.post("/orders", data=json.dumps(ORDER), content_type="application/json; charset=utf-8")
    assert charset.status == 201
    assert shop.count(Order) == 1
