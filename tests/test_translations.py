"""Suki speaks English and Filipino: what every catalogue and every sentence keeps to, and the pages in Filipino."""

import re
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from bs4 import Comment, Doctype
from flask_babel.speaklater import LazyString
from jinja2 import Environment
from wtforms.fields.choices import SelectFieldBase

import tasks
from blueprints.forms import BaseForm
from blueprints.insights.forms import DaysForm
from blueprints.orders.find_forms import FindForm
from models import CustomerAlert, PaymentStatus, Store
from tests import catalogues

FILIPINO = catalogues.read(catalogues.ROOT / "translations/fil/LC_MESSAGES/messages.po")
TEMPLATES = sorted(path for path in (catalogues.ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))
SPOKEN = {message.id: message.string for message in FILIPINO if message.id and isinstance(message.id, str)}


def each(said):
    """One or several, as a list: a sentence with a number in it has two forms."""
    return [said] if isinstance(said, str) else list(said)


MESSAGES = [(each(message.id), each(message.string)) for message in FILIPINO if message.id]


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """All that the program and its pages say, read afresh."""
    template = tmp_path_factory.mktemp("words") / "messages.pot"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "PYTHON", Path(sys.executable))
        tasks.extract(template)
    with template.open("rb") as file:
        return {tuple(each(message.id)) for message in read_po(file) if message.id}


@pytest.fixture
def filipino(shop):
    shop.change(shop.get(Store, 1), language="fil")


def test_the_catalogue_has_what_the_program_says_and_no_more(said):
    has = {tuple(sources) for sources, _ in MESSAGES}
    assert (said - has, has - said) == (set(), set()), "run: python3 tasks.py translate"


def test_every_sentence_is_translated():
    assert [sources[0] for sources, strings in MESSAGES if not all(strings)] == []
    assert [message.id for message in FILIPINO if message.fuzzy] == []
    assert FILIPINO.obsolete == {}


def test_every_form_of_a_number_is_there():
    assert (FILIPINO.num_plurals, FILIPINO.plural_expr) == (2, "(n > 1)")
    assert [sources for sources, strings in MESSAGES if len(sources) != len(strings)] == []


def test_what_is_filled_in_has_the_same_places():
    def places(sentence):
        return sorted(set(re.findall(r"%\(\w+\)\w|%%", sentence)))

    for sources, strings in MESSAGES:
        assert [places(string) for string in strings] == [places(sources[-1])] * len(strings)


def test_a_sentence_ends_alike_in_both_languages():
    def end(sentence):
        return sentence[-1:] if sentence[-1:] in ".:;?," else ""

    greeting = "Hello %(name)s,"
    differ = [s for s, strings in MESSAGES if {end(string) for string in strings} != {end(s[0])} and s != [greeting]]
    assert differ == []


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a straight quotation mark", "['\"]"),
        ("three dots", r"\.\.\."),
        ("two spaces", "  "),
        ("a space at an end", r"^\s|\s$"),
        ("a hyphen for a dash", " - "),
        ("markup", "[<>&]"),
    ],
)
def test_no_sentence_has(fault, pattern):
    sentences = [sentence for sources, strings in MESSAGES for sentence in (*sources, *strings)]
    assert [sentence for sentence in sentences if re.search(pattern, sentence)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(catalogues.ROOT / "templates").as_posix())
def test_a_template_says_nothing_untranslated(path):
    tokens = Environment().lex(path.read_text(encoding="utf-8"))
    # What Jinja fills in leaves a ¤ behind, so that words before and after it stay apart.
    text = "".join(value if kind == "data" else "¤" * kind.endswith("begin") for _, kind, value in tokens)
    text = re.sub(r"<(style|code)\b.*?</\1>", "", text, flags=re.DOTALL)
    attributes = re.findall(r'\b(?:aria-label|title|alt|placeholder|data-label|data-kept)="([^"]*)"', text)
    # The class of <body> is a block of its own, and so are addresses: /login is none of the words.
    shown = re.sub(r"<!?[^<>]*>|&\w+;|/[\w/]+", "", re.sub(r'(class|data-user)="[^"]*"', "", text))
    assert set(re.findall(r"[^\W\d_]{2,}", " ".join([shown, *attributes]))) <= {"Suki", "desk", "door"}


def forms(kind=BaseForm):
    for form in kind.__subclasses__():
        yield from forms(form)
        yield form


def speaks_for_wtforms(field):
    """Whether one of WTForms' own sentences, which are English, may come to the reader."""
    for validator in field.validators:
        if type(validator).__module__.startswith(("wtforms", "flask_wtf")) and hasattr(validator, "message"):
            yield isinstance(validator.message, LazyString)
    if type(field).process_formdata.__module__.endswith(("fields.numeric", "fields.datetime")):
        yield isinstance(field.invalid_value_message, LazyString)
    if isinstance(field, SelectFieldBase) and type(field).pre_validate.__module__.startswith("wtforms"):
        yield not field.validate_choice or isinstance(field.invalid_choice_message, LazyString)


def test_every_form_refuses_in_our_own_words(app):
    silent = {FindForm, DaysForm}  # they stand in the address, and refuse nothing
    with app.test_request_context():
        for form in set(forms()) - silent:
            assert [field.name for field in form() if not all(speaks_for_wtforms(field))] == [], form


def english_on(page, known=()):
    """What stands on the page as the program says it in English."""
    words = {" ".join(text.split()) for text in page.soup.find_all(string=True) if type(text) not in (Comment, Doctype)}
    words |= {str(tag[name]) for name in ("aria-label", "title", "data-label") for tag in page.select(f"[{name}]")}
    return {word for word in words if SPOKEN.get(word, word) != word} - set(known)


REASONS = ("Other",)  # the store's own words
PAGES = {
    "/": "Ngayon",
    "/orders/": "Mga order",
    "/orders/new": "Bagong order",
    "/orders/import": "Mag-import ng mga order",
    "/orders/1": "Order 1001",
    "/orders/1/cancel": "I-cancel ang order 1001?",
    "/orders/emails": "Mailbox",
    "/refunds/": "Mga refund",
    "/products/": "Produkto",
    "/products/new": "Bagong produkto",
    "/products/import": "Mag-import ng mga produkto",
    "/support/tickets": "Support",
    "/insights/": "Insights",
    "/settings/": "Settings",
    "/settings/store": "Tindahan",
    "/settings/alerts": "Mga alert",
    "/settings/requests": "Mga hiling ng customer",
    "/ask": "Hilinging i-cancel ang isang order",
    "/help/": "Tulong",
    "/help/cancel-an-order": "Pag-cancel ng order",
}


@pytest.mark.parametrize("url", PAGES)
def test_in_a_filipino_store_a_page_is_in_filipino(url, filipino, shop, olive):
    shop.order(payment_status=PaymentStatus.PAID)
    page = olive.get(url)
    assert (page.soup.html["lang"], page.h1) == ("fil", PAGES[url])
    assert english_on(page, known=REASONS) == set()


def test_a_stranger_meets_filipino_at_the_door(filipino, mallory):
    page = mallory.get("/login")
    assert (page.soup.html["lang"], page.h1) == ("fil", "Mag-sign in")
    page = mallory.post("/login", email="", password="")
    assert page.errors == {"email": "Ilagay ang email address mo.", "password": "Ilagay ang password mo."}


def test_money_and_dates_read_as_in_the_philippines(filipino, shop, olive):
    order = shop.order(items=(("Adobo set", 2, 125000),))
    page = olive.get(f"/orders/{order.id}")
    assert "₱2,500.00" in page.text
    assert "inorder noong Biyernes 20 Nobyembre 2026, 9:30 AM" in page.text


def test_a_customer_reads_in_filipino_that_the_order_is_cancelled(filipino, shop, olive):
    order = shop.order(payment_status=PaymentStatus.PAID)
    olive.post(
        f"/orders/{order.id}/cancel", status="cancelled", note="Pasensya na po.", notify="y", version=order.version
    )
    (email,) = shop.emails(order)
    assert (email.kind, email.subject) == (CustomerAlert.ORDER_CANCELLED, "Kanselado na po ang inyong order 1001")
    for part in (email.text, email.html):
        assert "Magandang araw, Maria Santos!" in part
        assert "Kinansela na po namin ang inyong order." in part
        assert "Ibabalik po namin sa inyo ang ₱960.00" in part


def test_changed_words_are_compiled_before_the_tests_start(tmp_path):
    words = tmp_path / "fil" / "LC_MESSAGES" / "messages.po"
    words.parent.mkdir(parents=True)
    words.write_text('msgid "Save"\nmsgstr "I-save"\n')
    catalogues.compile_when_changed(words)
    assert b"I-save" in words.with_suffix(".mo").read_bytes()
    assert {path.name for path in words.parent.iterdir()} == {"messages.po", "messages.mo"}
