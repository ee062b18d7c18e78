"""Files that come with a ticket: only what is an image or a PDF by its bytes, and only to be kept."""

from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from blueprints.support.attaching import clean_filename
from models import Attachment, AttachmentKind, Ticket
from tests.pages import Page
from tests.support.files import GIF, HTML, JPEG, PDF, PNG, SVG, WHOLE, padded

FIVE_MB = 5 * 1024 * 1024


def post(visitor, url, fields, files) -> Page:
    """As the visitor would, but with the body in memory: the client's own way leaves large files open."""
    data = {**fields, "files": [FileStorage(BytesIO(data), name) for name, data in files]}
    body, _, boundary = stream_encode_multipart(data, use_tempfile=False)
    return Page(visitor.client.post(url, data=body.read(), content_type=f"multipart/form-data; boundary={boundary}"))


@pytest.fixture
def send(olive):
    def file(*files):
        olive.get("/help/")
        fields = {"csrf_token": olive.token, "subject": "Look", "reason": "See the picture."}
        return post(olive, "/support/tickets/new", fields, files)

    return file


@pytest.fixture
def kept(shop):
    return lambda: shop.all(select(Attachment).order_by(Attachment.id))


NOT_WHOLE = {
    "a page": ("photo.png", HTML),
    "a page behind a signature": ("photo.png", b"\x89PNG\r\n\x1a\n" + HTML),
    "half a png": ("photo.png", PNG[:-4]),
    "a page behind a jpeg's first bytes": ("photo.jpg", b"\xff\xd8\xff" + HTML),
    "half a jpeg": ("photo.jpg", JPEG[:-2]),
    "a jpeg of nothing": ("photo.jpg", b"\xff\xd8\xff\xd9"),
    "a jpeg that goes round in circles": ("photo.jpg", b"\xff\xd8\xff\xe1\x00\x00\xff\xd9"),
    "a script that begins like a gif": ("photo.gif", b"GIF89a=1;alert(1)//" + b";" * 40),
    "half a gif": ("photo.gif", GIF[:-1]),
    "a webp larger than its file": ("photo.webp", b"RIFF\xff\xff\xff\x7fWEBPVP8 "),
    "a webp of nothing": ("photo.webp", b"RIFF\x04\x00\x00\x00WEBPVP8 "),
    "a sound": ("photo.webp", b"RIFF\x04\x00\x00\x00WAVEfmt "),
    "a whole sound": ("photo.webp", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28)),
    "a drawing that acts": ("photo.svg", SVG),
    "a page behind a pdf's first line": ("bill.pdf", b"%PDF-1.4\n" + HTML),
    "a page before a pdf": ("bill.pdf", HTML + PDF),
    "a program before a pdf": ("bill.pdf", b"MZ" + PDF),
    "nothing at all": ("photo.png", bytes(100)),
}


@pytest.mark.parametrize(("name", "data"), NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_what_only_looks_like_an_image_is_refused(send, kept, shop, name, data):
    page = send((name, data))
    assert page.status == 422
    assert page.errors == {"files": f"“{name}” is not a whole PNG, JPEG, GIF or WebP image, and not a PDF."}
    assert (page.value("subject"), page.value("reason")) == ("Look", "See the picture.")
    assert "Choose your files again" in page.text
    assert shop.count(Ticket) == shop.count(Attachment) == 0


def test_an_empty_file_is_refused(send):
    assert send(("photo.png", b"")).errors == {"files": "“photo.png” is empty."}


def test_five_megabytes_fit_and_one_byte_more_does_not(send, kept):
    assert send(("big.png", padded(PNG, FIVE_MB + 1))).errors == {"files": "“big.png” is too large: at most 5 MB fit."}
    assert send(("big.png", padded(PNG, FIVE_MB))).status == 303
    assert [file.size for file in kept()] == [FIVE_MB]


def test_five_files_fit_and_six_are_one_too_many(send, kept, shop):
    assert send(*[(f"{number}.png", PNG) for number in range(5)]).status == 303
    assert len(kept()) == 5
    page = send(*[(f"{number}.png", PNG) for number in range(6)])
    assert page.errors == {"files": "Choose at most 5 files."}
    assert (shop.count(Ticket), len(kept())) == (1, 5)


def test_every_file_that_is_wrong_is_named(send):
    page = send(("a.png", HTML), ("b.png", PNG), ("c.png", b""))
    assert "“a.png”" in page.errors["files"]
    assert "“b.png”" not in page.errors["files"]
    assert "“c.png”" in page.errors["files"]


def test_more_than_any_form_takes_is_not_read(send):
    assert send(("huge.png", b"\0" * (64 * 1024 * 1024))).status == 413


def test_other_pages_take_no_files_at_all(olive):
    assert post(olive, "/support/tickets/1/close", {}, [("big.png", padded(PNG, 2 * 1024 * 1024))]).status == 413


@pytest.mark.parametrize(("kind", "data"), WHOLE.items(), ids=WHOLE)
def test_what_is_whole_is_kept_and_handed_out_as_what_it_is(send, kept, uma, kind, data):
    assert send(("it", data)).status == 303
    [file] = kept()
    assert (file.kind, file.size) == (kind, len(data))
    answer = uma.client.get(f"/support/attachments/{file.id}")
    assert answer.data == data
    assert answer.content_type == kind
    assert answer.headers["Content-Disposition"] == f"attachment; filename={file.filename}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("image", [PNG, GIF, JPEG], ids=["png", "gif", "jpeg"])
def test_what_hangs_on_behind_an_image_is_cut_off(send, kept, uma, image):
    send(("both.png", image + b"PK\x03\x04" + HTML))
    assert uma.client.get(f"/support/attachments/{kept()[0].id}").data == image


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\ana\\waybill.PNG", "waybill.png"),
        ("bill.html", "bill.html.png"),
        ("gnp.\u202eexe", "gnp.exe.png"),
        ('a"; filename="b.html', "a-; filename=-b.html.png"),
        ('Pe"ña\r\nSet-Cookie: x.png', "Pe-ña Set-Cookie- x.png"),
        ("\ud800\0.png", "file.png"),
        ("...", "file.png"),
        ("x" * 300 + ".png", "x" * 100 + ".png"),
        ("Señor Peña.png", "Señor Peña.png"),
    ],
)
def test_a_file_is_called_what_it_is(name, called):
    assert clean_filename(name, AttachmentKind.PNG) == called


def test_an_odd_name_travels_whole(send, uma):
    send(("../Señor Peña.html", PNG))
    disposition = uma.client.get("/support/attachments/1").headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=")
    assert disposition.endswith("filename*=UTF-8''Se%C3%B1or%20Pe%C3%B1a.html.png")


def test_files_stand_on_the_ticket_with_their_sizes(send, olive):
    page = olive.follow(send(("waybill.png", padded(PNG, 340_000)), ("bill.pdf", PDF)))
    assert "waybill.png 340 kB" in page.text
    assert [link["href"] for link in page.select(".files a")] == ["/support/attachments/1", "/support/attachments/2"]


def test_a_reply_brings_files_too(olive, uma, ask):
    ticket = ask()
    page = uma.post(f"/support/tickets/{ticket}/reply", body="Look here", files=(BytesIO(PDF), "guide.pdf"))
    assert page.status == 303
    assert "guide.pdf" in olive.get(f"/support/tickets/{ticket}").text


def test_a_file_alone_says_nothing(olive, shop, ask):
    page = olive.post(f"/support/tickets/{ask()}/reply", body="", files=(BytesIO(PDF), "guide.pdf"))
    assert page.errors == {"body": "Write a few words first."}
    assert shop.count(Attachment) == 0


def test_a_stranger_gets_no_file(send, mallory):
    send(("waybill.png", PNG))
    assert mallory.client.get("/support/attachments/1").headers["Location"].startswith("/login")


@pytest.mark.parametrize("number", ["2", "0", "-1", "9223372036854775808", "1e3"])
def test_a_file_that_is_not_there_is_not_found(olive, send, number):
    send(("waybill.png", PNG))
    assert olive.get(f"/support/attachments/{number}").status == 404
