"""The list of products: how one is found, and what a page of them costs."""

import pytest

from blueprints.products.finding import Search, _matching, _rows, find_products
from blueprints.stock import move
from models import MovementKind, Product, db, writing
from tests import explaining
from tests.orders.watching import statements
from tests.pages import words
from tests.products.conftest import BY
from tests.shop import A_MORNING
from tests.storing import ON_POSTGRES


def found(page):
    return [link.get_text() for link in page.select(".products .row-link")]


@pytest.fixture
def shelves(stocked):
    stocked("ADOBO-4", "Adobo set, good for 4", 24)
    stocked("UBE-350", "Ube jam, jar 350 g")
    stocked("WRAP", "Gift wrapping", tracked=False)
    stocked("PINA-1", "Piña fibre shawl", 3)


def test_strangers_and_support_see_no_list(mallory, uma):
    assert mallory.get("/products/?q=a").location == "/login"
    assert uma.get("/products/").status == 403
    assert "/products/" not in [link["href"] for link in uma.get("/help/").select(".menu a")]


def test_an_empty_shop_says_what_to_do(sam):
    page = sam.get("/products/")
    assert "No products yet" in page.text
    assert [link["href"] for link in page.select(".empty a")] == ["/products/new", "/products/import"]
    assert "No products yet" in sam.get("/products/?q=adobo").text


def test_the_way_to_a_file_of_products_is_called_alike_wherever_it_begins(sam, stocked):
    empty = words(sam.get("/products/").one(".empty a[href='/products/import']"))
    stocked("ADOBO-4", "Adobo set, good for 4", 24)
    listed = words(sam.get("/products/").one("main a[href='/products/import']"))
    assert {empty, listed, sam.get("/products/import").h1} == {"Import products"}


def test_it_says_how_many_are_there_by_name(sam, shelves):
    page = sam.get("/products/")
    assert found(page) == ["Adobo set, good for 4", "Gift wrapping", "Piña fibre shawl", "Ube jam, jar 350 g"]
    hands = [cell.get_text(" ", strip=True) for cell in page.select(".p-hand")]
    assert hands == ["24", "not counted", "3", "0"]
    assert [cell.get_text(strip=True) for cell in page.select(".p-state")] == ["", "", "", "none left"]


def test_what_is_short_is_said(app, sam, shop, stocked):
    product = stocked()
    with app.app_context(), writing() as session:
        there = session.get_one(Product, product.id)
        order = shop_order(session, 1200)
        move(session, there, -1200, MovementKind.ORDERED, by=BY, at=A_MORNING, order_item_id=order)
    page = sam.get("/products/")
    assert page.one(".p-state").get_text(strip=True) == "1,200 short"
    assert page.one(".p-hand").get_text(strip=True) == "−1,200"  # noqa: RUF001 (a minus, as on the page)


def shop_order(session, quantity):
    from models import Order, OrderItem

    item = OrderItem(name="Adobo set", sku="ADOBO-4", quantity=quantity, price=1)
    order = Order(number="77", placed_at=A_MORNING, customer_name="A", currency="PHP", total=quantity, items=[item])
    session.add(order)
    session.flush()
    return item.id


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("adobo", ["Adobo set, good for 4"]),
        ("ADOBO-4", ["Adobo set, good for 4"]),
        ("dob", ["Adobo set, good for 4"]),
        ("pina", ["Piña fibre shawl"]),
        ("PIÑA shawl", ["Piña fibre shawl"]),
        ("gi", ["Gift wrapping"]),
        ("g", ["Adobo set, good for 4", "Gift wrapping", "Ube jam, jar 350 g"]),
        ("ift", ["Gift wrapping"]),
        ("ft", []),
        ("jam 350", ["Ube jam, jar 350 g"]),
        ("  ", ["Adobo set, good for 4", "Gift wrapping", "Piña fibre shawl", "Ube jam, jar 350 g"]),
        ('" OR search_text : "a', []),
        ("%", []),
        ("\x00ube\u202e", ["Ube jam, jar 350 g"]),
        ("ube " * 500, ["Ube jam, jar 350 g"]),
    ],
)
def test_a_part_is_enough(sam, shelves, typed, names):
    assert found(sam.get("/products/", query_string={"q": typed})) == names


def test_no_match_says_what_can_be_searched(sam, shelves):
    page = sam.get("/products/?q=<b>zebra</b>")
    assert "No product matches “<b>zebra</b>”" in page.text
    assert page.one(".empty a")["href"] == "/products/"


def test_the_sku_that_was_typed_stands_first(sam, stocked):
    stocked("4-A", "A set of 4"), stocked("4", "Zither")
    assert found(sam.get("/products/?q=4")) == ["Zither", "A set of 4"]


@pytest.mark.parametrize("query", ["?before=x", "?after=999", "?after=99999999999999999999", "?before=1&after=3"])
def test_an_address_that_makes_no_sense_shows_the_beginning(sam, shelves, query):
    assert found(sam.get(f"/products/{query}"))[0] == "Adobo set, good for 4"


@pytest.mark.parametrize("typed", ["", "set"])
def test_pages_hang_together_in_both_directions(app, stocked, typed):
    for place, number in enumerate((3, 1, 5, 2, 4, 2)):
        stocked(f"S-{place}", f"Set {number}")
    with app.app_context():
        pages, after = [], None
        while True:
            page = find_products(typed, after=after, limit=2)
            pages.append([row.name for row in page.rows])
            if page.next is None:
                break
            after = page.next
        assert pages == [["Set 1", "Set 2"], ["Set 2", "Set 3"], ["Set 4", "Set 5"]]
        back = find_products(typed, before=page.previous, limit=2)
        assert [row.name for row in back.rows] == pages[1]
        assert [row.name for row in find_products(typed, before=back.previous, limit=2).rows] == pages[0]


def test_fifty_stand_on_a_page(sam, stocked):
    for number in range(51):
        stocked(f"S-{number}", f"Set {number:02}")
    page = sam.get("/products/?q=set")
    assert len(found(page)) == 50
    assert found(sam.get(str(page.one("a[rel=next]")["href"]))) == ["Set 50"]


@pytest.mark.parametrize("address", ["/products/", "/products/?q=set", "/products/?q=no+such"])
def test_sixty_products_cost_as_many_statements_as_five(app, sam, stocked, address):
    def cost():
        with statements(app) as seen:
            sam.client.get(address)
        return len(seen)

    for number in range(5):
        stocked(f"S-{number}", f"Set {number}")
    few = cost()
    for number in range(5, 60):
        stocked(f"S-{number}", f"Set {number}")
    assert cost() == few


def plan_of(app, typed, monkeypatch, here=None, without=()):
    """How the page would be found."""
    from blueprints.products import finding

    asked = []
    with app.app_context():
        place = db.session.get(Product, here) if here else None
        monkeypatch.setattr(finding.db.session, "execute", lambda query: asked.append(query) or [])
        search = Search.of(typed)
        _rows(finding._LISTED.where(*_matching(search)), 50, place, False)
        monkeypatch.undo()
        return " | ".join(explaining.plan_of(asked[0], without=("seqscan", *without)))


@pytest.mark.parametrize("here", [None, 2])
def test_a_search_reads_the_index_and_not_every_product(app, shelves, monkeypatch, here):
    plan = plan_of(app, "set", monkeypatch, here, without=("indexscan", "indexonlyscan"))
    if ON_POSTGRES:
        assert "Bitmap Index Scan on product_search" in plan
        return
    assert "SCAN products" not in plan
    assert "SEARCH products USING INTEGER PRIMARY KEY" in plan
    assert "VIRTUAL TABLE INDEX" in plan


@pytest.mark.parametrize("here", [None, 2])
def test_a_page_is_read_in_the_order_of_its_index(app, shelves, monkeypatch, here):
    plan = plan_of(app, "", monkeypatch, here, without=("sort",))
    if ON_POSTGRES:
        assert "using ix_products_name" in plan
        assert "Sort" not in plan.replace("Incremental Sort", "")
        return
    assert "INDEX ix_products_name" in plan
    assert "TEMP B-TREE" not in plan
