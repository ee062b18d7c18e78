"""What the search box finds, and that nothing typed into it is ever more than words."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprints.orders.counting import count_waiting
from blueprints.orders.finding import PAGE, TO_SEND, Filters, find_orders
from blueprints.orders.needing_attention import Attention
from models import Email, EmailState, NotSentReason, OrderStatus, PaymentStatus, writing
from tests.orders.watching import statements_with_values
from tests.shop import A_MORNING


@pytest.fixture
def find(app):
    """Numbers of the orders found, in the order of the list."""

    def find(typed: str = "", **filters) -> list[str]:
        with app.app_context():
            return [order.number for order in find_orders(typed, Filters(**filters)).rows]

    return find


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("pena", "Peña, Marisol"),
        ("PEÑA", "Peña, Marisol"),
        ("eyes", "Juan Reyes"),
        ("Sy", "Ana Sy"),
        ("s", "Ana Sy"),
        ("go", "Henry Sy-Go"),
        ("marisol pen", "Peña, Marisol"),
        ("cruz, juan", "Juan Dela Cruz"),
        ("an sy", "Ana Sy"),
        ("straße", "Bea Strasse"),
        ("李", "李 小龍"),
    ],
)
def test_a_customer_is_found_by_any_part_of_the_name(shop, find, typed, name):
    order = shop.order(customer_name=name, customer_email=None)
    shop.order(customer_name="Zzz", customer_email=None)
    assert find(typed) == [order.number]


def test_all_words_must_be_there(shop, find):
    shop.order(customer_name="Ana Reyes", customer_email=None)
    assert find("ana cruz") == []


def test_one_or_two_letters_are_the_beginning_of_a_word(shop, find):
    shop.order(customer_name="Reyes", customer_email=None)
    assert find("ey") == []


@pytest.mark.parametrize("typed", ["1041", "#1041", " # 1041 "])
def test_an_exact_number_comes_first(shop, find, typed):
    exact = shop.order(number="1041", placed_at=A_MORNING - timedelta(days=9))
    longer = shop.order(number="11041")
    assert find(typed) == [exact.number, longer.number]


@pytest.mark.parametrize(("typed", "number"), [("77", "W-77"), ("w-77", "W-77"), ("42", "SK42B"), ("7", "2026/7")])
def test_a_number_is_found_without_its_prefix(shop, find, typed, number):
    order = shop.order(number=number, customer_phone=None)
    assert find(typed) == [order.number]


def test_an_exact_number_must_pass_the_filters_too(shop, find):
    shop.order(number="1041")
    assert find("1041", statuses=(OrderStatus.CANCELLED,)) == []
    assert find("1041", placed_before=A_MORNING) == []


@pytest.mark.parametrize(
    "typed", ["maria.santos@ex", "0917 123", "09171234567", "+63 917 123 4567", "0917-123-4567", "917 12"]
)
def test_email_and_phone_are_found_however_they_are_written(shop, find, typed):
    order = shop.order(customer_email="maria.santos@example.com", customer_phone="0917 123 4567")
    shop.order(customer_email="other@example.com", customer_phone="0918 765 4321")
    assert find(typed) == [order.number]


@pytest.mark.parametrize("typed", ["0917 123 4567", "639171234567", "(0917) 1234567", "00639171234567"])
def test_a_phone_kept_with_its_country_is_found_without_it(shop, find, typed):
    order = shop.order(customer_phone="+63 917 123 4567")
    assert find(typed) == [order.number]


@pytest.mark.sqlite  # asked in the language of its index
@pytest.mark.parametrize(
    ("typed", "times"), [("1041", 1), ("#1041", 1), ("09171234567", 1), ("+639171234567", 1), ("0917 123 4567", 4)]
)
def test_a_word_that_has_the_phone_in_it_is_not_asked_for_beside_it(app, find, typed, times):
    with statements_with_values(app) as asked:
        find(typed)
    [values] = [values for statement, values in asked.items() if "MATCH" in statement]
    assert str(values).count("search_text") == times


@pytest.mark.parametrize(
    "typed", ["%", "_", "100%", "a_c", "*", '"', "abc*", "NEAR(abc", "abc OR xyz", "-abc", "''", "search_text:abc"]
)
def test_signs_stand_for_nothing_but_themselves(shop, find, typed):
    shop.order(customer_name="Abc Xyz", customer_email=None)
    assert find(typed) == []
    itself = shop.order(customer_name=f"Aa {typed}", customer_email=None)
    assert find(typed) == [itself.number]


@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(st.characters(codec=None), max_size=60) | st.text('"*():^-+{} \0aANDORNEAR', max_size=20))
def test_whatever_is_typed_is_no_error(shop, find, typed):
    assert find(typed) in ([], find())


@pytest.fixture
def addresses(shop):
    """Of orders by their numbers, as alike as can be."""
    emails = ["a1@a.a1", "aa1@a1.a", "a11@aa.aa", "aaa@a11.a1", "a.a1a@a1a.a", "1a@a.aa", "a1a1@11.aa", "11a.1@a1.a1a"]
    for number, email in enumerate(emails, start=9001):
        shop.order(number=str(number), customer_name="Zoe", customer_email=email)
    return {str(number): email for number, email in enumerate(emails, start=9001)}


@pytest.mark.parametrize(
    "typed",
    ["maria77@sun.com", "MARIA77@S", "ia77", "7@sun", "77@sun.com", "maria7", "sun.com a77", "a7@su", "x7@", "x7@sun"],
)
def test_an_address_with_digits_is_found_by_any_part(shop, find, typed):
    shop.order(number="1001", customer_name="Ana Sy", customer_email="maria77@sun.com")
    shop.order(number="1002", customer_name="Ana Sy", customer_email="ana@moon.com")
    shop.order(number="1003", customer_name="Ana Sy", customer_email="x7@sun.com")
    found = {"7@sun": ["1003", "1001"], "a7@su": []}.get(typed, ["1003" if typed.startswith("x") else "1001"])
    assert find(typed) == found
    assert find(typed, statuses=(OrderStatus.PENDING, OrderStatus.ACCEPTED)) == found
    assert find(typed, statuses=(OrderStatus.SHIPPED, OrderStatus.ACCEPTED)) == []


def test_pieces_of_a_word_that_stand_apart_are_no_match(shop, find):
    shop.order(number="1001", customer_name="Maria Go", customer_email="lia77@sun.com")
    shop.order(number="1002", customer_name="Ana Sy", customer_email="maria77@sun.com")
    assert find("maria77@s") == ["1002"]
    assert find("77@so") == find("a77@so") == find("ia77.") == []
    assert find("go maria77@s") == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text("a1@.", min_size=3, max_size=8).filter(lambda word: "a" in word), min_size=1, max_size=2))
def test_what_is_found_is_what_has_every_word_in_it(shop, find, addresses, words):
    has_all = [number for number, text in addresses.items() if all(word in text for word in words)]
    assert sorted(find(" ".join(words))) == has_all


def test_a_very_long_search_is_cut(shop, find):
    shop.order()
    assert find("santos " * 10_000) == find()


FILTERS = [
    {"statuses": statuses, "payment": payment, "booked": booked}
    for statuses in ((), (OrderStatus.PENDING,), (OrderStatus.ACCEPTED,), TO_SEND)
    for payment in (None, PaymentStatus.PAID, PaymentStatus.UNPAID)
    for booked in (None, True, False)
]


@pytest.mark.parametrize("typed", ["", "santos", "sa"])
def test_filters_show_what_is_so_and_nothing_else(shop, find, typed):
    made = [shop.order(status=s, payment_status=p) for s in ("pending", "accepted") for p in ("paid", "unpaid")]
    made += [shop.booked_order(status=s, payment_status=p) for s in ("pending", "accepted") for p in ("paid", "unpaid")]
    for wanted in FILTERS:
        expected = [
            order.number
            for order in reversed(made)
            if (not wanted["statuses"] or order.status in wanted["statuses"])
            and wanted["payment"] in (None, order.payment_status)
            and wanted["booked"] in (None, order.is_booked)
        ]
        assert find(typed, **wanted) == expected, wanted


def test_a_change_is_found_at_once(shop, find):
    order = shop.order(customer_name="Ana Sy")
    shop.change(order, customer_name="Bea Go", status=OrderStatus.ACCEPTED)
    assert find("ana") == []
    assert find("bea", statuses=(OrderStatus.ACCEPTED,), payment=PaymentStatus.UNPAID) == [order.number]


def test_dates_bound_what_is_found(shop, find):
    day = timedelta(days=1)
    orders = [shop.order(placed_at=A_MORNING + day * n).number for n in range(4)]
    assert find(placed_from=A_MORNING + day, placed_before=A_MORNING + day * 3) == [orders[2], orders[1]]
    assert find("maria", placed_from=A_MORNING + day * 3) == [orders[3]]


def test_who_was_not_told_is_found_until_an_email_goes_out(app, shop, find):
    order, told = (shop.order(status=OrderStatus.CANCELLED, number=number) for number in ("7", "8"))
    _email(app, order, EmailState.FAILED)
    _email(app, told, EmailState.SENT, sent_at=A_MORNING)
    assert find(attention=Attention.NOT_TOLD) == ["7"]
    with app.app_context():
        assert (count_waiting().not_told, count_waiting().failed_emails) == (1, 1)
    assert find("maria sa", attention=Attention.NOT_TOLD) == ["7"]
    assert find("ana", attention=Attention.NOT_TOLD) == []
    _email(app, order, EmailState.QUEUED)
    assert find(attention=Attention.NOT_TOLD) == []
    with app.app_context():
        assert (count_waiting().not_told, count_waiting().failed_emails) == (0, 0)


def test_who_was_not_to_be_told_asks_for_nothing(app, shop, find):
    order = shop.order(status=OrderStatus.CANCELLED)
    _email(app, order, EmailState.NOT_SENT, reason=NotSentReason.NOT_WANTED)
    assert find(attention=Attention.NOT_TOLD) == []


def _email(app, order, state, **columns):
    with app.app_context(), writing() as session:
        session.add(
            Email(
                kind="order_cancelled",
                order_id=order.id,
                recipient="maria@example.com",
                subject="",
                text="",
                html="",
                message_id=f"<{order.id}-{state}@suki>",
                state=state,
                created_at=A_MORNING,
                due_at=A_MORNING,
                **columns,
            )
        )


@pytest.fixture
def many(shop):
    """Two pages and a bit; the second half was all placed in the same second."""
    return [
        shop.order(placed_at=A_MORNING - timedelta(minutes=max(0, 60 - n)), items=[("Otap", 1, 100)]).number
        for n in range(2 * PAGE + 7)
    ][::-1]


@pytest.mark.parametrize(("typed", "wanted"), [("", {}), ("maria", {}), ("ma", {"booked": False})])
def test_pages_lead_to_the_end_and_back_without_gap_or_repeat(app, many, typed, wanted):
    with app.app_context():
        pages = [find_orders(typed, Filters(**wanted))]
        while pages[-1].next:
            pages.append(find_orders(typed, Filters(**wanted), after=pages[-1].next))
        back = find_orders(typed, Filters(**wanted), before=pages[-1].previous)
        first = find_orders(typed, Filters(**wanted), before=back.previous)
    assert [order.number for page in pages for order in page.rows] == many
    assert back.rows == pages[1].rows
    assert (first.rows, first.previous) == (pages[0].rows, None)


@pytest.mark.parametrize("cursor", [{"after": 0}, {"after": 1}, {"before": 2**63 - 1}])
def test_a_cursor_that_leads_nowhere_shows_the_first_page(app, shop, cursor):
    order = shop.order()
    with app.app_context():
        found = find_orders("", Filters(), **cursor)
    assert ([order.number for order in found.rows], found.previous, found.next) == ([order.number], None, None)
