"""A file of products: looked at first, then saved in one piece, as the shop stands in that moment."""

from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from blueprints.products import bringing_in
from blueprints.stock import move
from models import Event, MovementKind, Product, StockMovement, writing
from tests.products.conftest import BY
from tests.products.test_finding import shop_order
from tests.shop import A_MORNING

SAVE = "/products/import/save"


def look(visitor, text):
    content = text if isinstance(text, bytes) else text.encode()
    page = visitor.post("/products/import", file=(BytesIO(content), "stock.csv"))
    page.response.request.environ["wsgi.input"].close()  # a temporary file, when it is large
    return page


def save(visitor, page):
    return visitor.post(SAVE, **page.fields(SAVE))


def rows(page, panel):
    return [[cell.get_text(" ", strip=True) for cell in row.select("td")] for row in page.select(f"#{panel} tbody tr")]


def tiles(page):
    return [int(tile.get_text().replace(",", "")) for tile in page.select(".tile-number")]


def test_strangers_and_support_bring_nothing_in(mallory, uma, shop):
    file = "sku,name\nA,Adobo\n"
    assert look(mallory, file).location == "/login"
    assert look(uma, file).status == 403
    for visitor, status in ((mallory, 303), (uma, 403)):
        assert visitor.post(SAVE, rows=file).status == status
    assert shop.count(Product) == 0


NOT_CSV = {
    "none": (None, "Choose the file first."),
    "empty": (b"", "This file is empty."),
    "xlsx": (b"PK\x03\x04\x14\x00", "This is an Excel or zip file, not CSV."),
    "utf-16": ("sku,name\nA,Adobo\n".encode("utf-16"), "This file is saved as UTF-16"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "This is not a text file."),
    "no sku": (b"name,on_hand\nAdobo,3\n", "Columns are missing: sku."),
    "header only": (b"sku,name\n\n,\n", "This file has the names of columns, but no products under them."),
    "many rows": (b"sku\n" + b"A\n" * 5001, "This file has more than 5,000 products."),
    "too large": (b"sku\n" + b"A" * 524_288, "This file is larger than 512 KB."),
    "broken header": (b'sku,"name"x\nA,B\n', "The first line of this file can’t be read"),
}


@pytest.mark.parametrize(("content", "why"), NOT_CSV.values(), ids=NOT_CSV)
def test_what_is_no_file_of_products_is_refused_beside_the_field(sam, shop, content, why):
    page = sam.post("/products/import") if content is None else look(sam, content)
    assert page.status == 422
    assert page.errors["file"].startswith(why)
    assert shop.count(Product) == 0


@pytest.mark.parametrize("sent", ["", "nothing of ours", "\x00\ufffe", "sku\n", "name\nx\n"])
def test_what_comes_without_a_look_is_read_as_carefully(sam, shop, sent):
    page = sam.post(SAVE, rows=sent)
    assert (page.status, list(page.errors)) == (422, ["file"])
    assert shop.count(Product) == 0


@pytest.mark.parametrize(
    ("row", "column", "found", "why"),
    [
        (",Adobo,,", "sku", "–", "Each product needs a SKU."),
        ("\u0301,Adobo,,", "sku", "\u0301", "Each product needs a SKU."),
        ("x" * 81 + ",Adobo,,", "sku", "x" * 80, "A SKU has at most 80 characters."),
        ("B," + "x" * 301 + ",,", "name", "x" * 80, "A name has at most 300 characters."),
        ("B,,,4", "name", "–", "There is no product with this SKU yet, and a new one needs a name."),
        ("B,Ube,perhaps,", "tracked", "perhaps", "Write yes or no."),
        ("B,Ube,,1.0", "on_hand", "1.0", "This is not a whole number, such as 12."),
        ("B,Ube,,١٢", "on_hand", "١٢", "This is not a whole number, such as 12."),
        ("B,Ube,," + "9" * 19, "on_hand", "9" * 19, "This is not a whole number, such as 12."),
        ("B,Ube,,1000000001", "on_hand", "1000000001", "A count is a whole number from 0 to 1,000,000,000."),
        ("B,Ube,,-1", "on_hand", "-1", "A count is a whole number from 0 to 1,000,000,000."),
        ("A,,,-1", "on_hand", "-1", "A count is a whole number from 0 to 1,000,000,000."),
        ("B,Ube,no,3", "on_hand", "3", "The pieces of this product are not counted. Leave this empty, or write yes"),
        ("WRAP,,,3", "on_hand", "3", "The pieces of this product are not counted. Leave this empty, or write yes"),
        ("C,Twice,,3", "sku", "C", "This SKU is on line 2 already. This second row is left out."),
        ("ć,Twice,,3", "sku", "ć", "This SKU is on line 2 already. This second row is left out."),
        ("B,Ube,yes,3,4", "–", "–", "This row has more cells than there are columns."),
        ('B,"Ube"x,yes,3', "–", "–", "This row can’t be read: its quotation marks"),
    ],
)
def test_a_row_that_is_wrong_is_named_and_stays_out(sam, shop, stocked, row, column, found, why):
    stocked("A", "Adobo", 5)
    stocked("WRAP", "Gift wrapping", tracked=False)
    page = look(sam, f"sku,name,tracked,on_hand\nC,Kaldereta,yes,2\n{row}\nD,Tapa,,\n")
    line, _sku, *wrong = rows(page, "left-out")[0]
    assert (line, wrong[:2]) == ("3", [column, found])
    assert wrong[2].startswith(why)
    assert tiles(page) == [2, 0, 0, 1]
    assert "2 products were added." in sam.follow(save(sam, page)).messages
    assert [product.sku for product in shop.all(select(Product).order_by(Product.id))] == ["A", "WRAP", "C", "D"]


def test_the_preview_says_what_would_happen_and_writes_nothing(sam, shop, stocked, movements):
    adobo, ube = stocked("A", "Adobo", 5), stocked("U", "Ube jam", 7)
    stocked("S", "Suka", 3)
    page = look(sam, "sku,name,tracked,on_hand\na,Adobo set,,4\nU,,no,\nS,Suka,yes,3\nN,New one,,\nW,Wrap,no,\n")
    assert tiles(page) == [2, 2, 1, 0]
    assert rows(page, "changed") == [["A", "Adobo → Adobo set", "5 → 4"], ["U", "Ube jam", "7 → not counted"]]
    assert rows(page, "new") == [["N", "New one", "not given"], ["W", "Wrap", "not counted"]]
    assert (shop.count(Product), shop.count(Event), shop.count(StockMovement)) == (3, 0, 3)
    assert "2 products were added. 2 products were changed." in sam.follow(save(sam, page)).messages
    assert movements(adobo) == [("counted", 5, 5), ("counted", -1, 4)]
    assert movements(ube) == [("counted", 7, 7)]
    assert [event.code for event in shop.all(select(Event))] == ["products.imported"]
    assert "Counted From a file Sam Staff −1" in sam.get(f"/products/{adobo.id}").text  # noqa: RUF001 (a minus)


def test_two_clicks_save_once(sam, shop, stocked, movements):
    product = stocked("A", "Adobo", 5)
    page = look(sam, "sku,name,on_hand\nA,,9\nN,New,2\n")
    save(sam, page)
    sam.get("/products/")
    assert sam.follow(save(sam, page)).messages == ["2 were like that already."]
    assert movements(product) == [("counted", 5, 5), ("counted", 4, 9)]
    assert (shop.count(Product), shop.count(Event)) == (2, 1)


def test_what_went_meanwhile_is_counted_over_as_the_file_says(app, sam, stocked, movements):
    product = stocked("A", "Adobo", 5)
    page = look(sam, "sku,name,on_hand\nA,,9\n")
    order(app, product, 2)
    assert "1 product was changed." in sam.follow(save(sam, page)).messages
    assert movements(product) == [("counted", 5, 5), ("ordered", -2, 3), ("counted", 6, 9)]


def test_a_count_that_the_preview_left_alone_stays_alone(app, sam, shop, stocked, movements):
    """Else the file would give back what an order took meanwhile, and nobody was told that it would."""
    product = stocked("A", "Adobo", 5)
    page = look(sam, "sku,name,on_hand\nA,Adobo set,5\n")
    order(app, product, 2)
    save(sam, page)
    assert shop.get(Product, product.id).name == "Adobo set"
    assert movements(product) == [("counted", 5, 5), ("ordered", -2, 3)]


def order(app, product, quantity):
    with app.app_context(), writing() as session:
        item = shop_order(session, quantity)
        there = session.get_one(Product, product.id)
        move(session, there, -quantity, MovementKind.ORDERED, by=BY, at=A_MORNING, order_item_id=item)


def test_what_has_become_wrong_meanwhile_stays_out_and_is_said(sam, shop, stocked, movements):
    product = stocked("A", "Adobo", 5)
    page = look(sam, "sku,name,on_hand\nA,,9\nN,New,\n")
    shop.change(product, tracked=False)
    assert "1 product was added. 1 row was left out." in sam.follow(save(sam, page)).messages
    assert movements(product) == [("counted", 5, 5)]


def test_a_sku_that_came_meanwhile_is_changed_and_not_added_twice(sam, shop, stocked):
    page = look(sam, "sku,name,on_hand\nN,New,2\n")
    there = stocked("n", "Older", 1)
    save(sam, page)
    assert (shop.count(Product), shop.get(Product, there.id).name) == (1, "New")


def test_it_is_saved_as_a_whole_or_not_at_all(sam, shop, stocked, monkeypatch):
    stocked("A", "Adobo", 5)
    page = look(sam, "sku,name,on_hand\nN,New,2\nA,Other,9\n")

    def fail(*_words, **_more):
        raise OperationalError("x", {}, Exception("it broke"))

    monkeypatch.setattr(bringing_in, "move_all", fail)
    assert save(sam, page).status == 500
    assert [product.name for product in shop.all(select(Product))] == ["Adobo"]
    assert shop.count(Event) == 0


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffSKU,Name,Tracked,On_Hand\r\nN,Piña,YES,2\r\n".encode(),
        "name;sku;on_hand;colour\nPiña;N;2;red\n".encode(),
        "sku\tname\ton_hand\rN\tPiña\t2\r".encode(),
        "sku,name,on_hand\nN,Piña,2".encode("cp1252"),
        'sku,name,on_hand,,\n\n,,,,\n  N \u202e,"  Piña\n\x00",\'2,,\n'.replace("'2", "2").encode(),
    ],
    ids=["mark", "semicolons", "tabs", "windows", "untidy"],
)
def test_files_are_read_whatever_program_saved_them(sam, shop, movements, content):
    save(sam, look(sam, content))
    product = shop.first(select(Product))
    assert (product.sku, product.name, product.on_hand) == ("N", "Piña", 2)


@pytest.mark.parametrize(
    ("word", "tracked"), [("yes", True), ("TRUE", True), ("1", True), ("no", False), ("False", False), ("hindi", False)]
)
def test_yes_and_no_are_read_as_spreadsheets_write_them(sam, shop, word, tracked):
    save(sam, look(sam, f"sku,name,tracked\nN,New,{word}\n"))
    assert shop.first(select(Product)).tracked is tracked


def test_a_long_list_is_shown_in_part_and_saved_in_full(sam, shop, movements):
    file = "sku,name,on_hand\n" + "".join(f"S-{number},Set {number},{number % 7}\n" for number in range(5_000))
    page = look(sam, file)
    assert len(rows(page, "new")) == 200
    assert "and 4,800 more" in page.text
    assert "5,000 products were added." in sam.follow(save(sam, page)).messages
    assert shop.count(Product) == 5_000
    assert movements(shop.get(Product, 5)) == [("counted", 4, 4)]


def test_a_file_that_grows_on_its_way_is_still_taken(sam, shop):
    """Of Windows-1252 each of these signs takes one byte in the file, and three in what the page carries."""
    file = "sku,name\n" + "".join(f"S-{number},{'€' * 290}\n" for number in range(1_700))
    content = file.encode("cp1252")
    assert len(content) < 512 * 1024 < len(file.encode())
    sent = look(sam, content).fields(SAVE)
    answer = sam.client.post(SAVE, data=sent, content_type="multipart/form-data")  # as the page's form is sent
    answer.request.environ["wsgi.input"].close()
    assert answer.status_code == 303
    assert shop.count(Product) == 1_700


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "sku,name,in_stock",
            "Suki does not know the column in_stock and leaves it out. Stock belongs in on_hand.",
        ),
        ("SKU,Name,On_Hand,price", "Suki does not know the column price and leaves it out."),
        (
            "sku,name,on_hand,<b>,b,c,d,e,f,g",
            "Suki does not know the columns <b>, b, c, d, e and 2 more and leaves them out.",
        ),
    ],
)
def test_what_is_left_out_of_a_file_is_named_before_anything_is_saved(olive, header, said):
    page = look(olive, f"{header}\nA,Adobo,3\n")
    assert page.select("#worth-a-look p")[0].get_text(" ", strip=True) == said


def test_of_a_file_of_known_columns_nothing_is_worth_a_look(olive):
    assert not look(olive, "sku,name,,tracked,on_hand\nA,Adobo,,yes,3\n").select("#worth-a-look")


def test_of_a_new_product_without_a_count_no_number_is_shown(olive):
    page = look(olive, "sku,name,tracked,on_hand\nA,Adobo,,\nB,Bayong,,0\nC,Card,no,\n")
    assert rows(page, "new") == [["A", "Adobo", "not given"], ["B", "Bayong", "0"], ["C", "Card", "not counted"]]
