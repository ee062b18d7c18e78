"""The words of a page are looked up once, and change with the language all the same."""

import pytest
from flask import render_template_string
from flask_babel import force_locale, gettext, ngettext, refresh
from markupsafe import Markup

from blueprints.shop import forget_store
from models import Store, db

PAGE = (
    "{{ _('Orders') }} {{ ngettext('%(num)d order', '%(num)d orders', 2) }} {{ _('Order %(number)s', number=number) }}"
)


@pytest.fixture
def page(app, shop):
    with app.test_request_context():
        yield lambda number="1041": render_template_string(PAGE, number=number)


def test_words_are_those_of_the_language_that_holds_at_the_moment(page):
    english = page(), gettext("Orders")
    with force_locale("fil"):
        filipino = page(), gettext("Orders")
        with force_locale("en"):
            assert (page(), gettext("Orders")) == english
        assert (page(), gettext("Orders")) == filipino
    assert (page(), gettext("Orders")) == english
    assert english[1] != filipino[1]
    assert english[0] != filipino[0]


def test_the_page_that_changes_the_language_goes_on_in_it(page, shop):
    english = page()
    shop.change(shop.get(Store, 1), language="fil")
    db.session.rollback()
    forget_store()
    refresh()
    assert page() != english


def test_what_is_put_into_a_sentence_is_escaped_on_a_page(page):
    assert "Order &lt;b&gt;" in page("<b>")
    assert "Order <b>" in page(Markup("<b>"))


def test_a_percent_sign_is_written_twice_with_and_without_values(app, shop):
    with app.test_request_context():
        assert render_template_string("{{ _('100 %% sure') }} {{ _('%(n)s %% sure', n=5) }}") == "100 % sure 5 % sure"


def test_a_number_decides_which_form_is_said(app, shop):
    form = "{{ ngettext('%(num)d order', '%(num)d orders', many) }}"
    with app.test_request_context():
        for many, said in ((1, "1 order"), (2, "2 orders")):
            assert render_template_string(form, many=many) == said == ngettext("%(num)d order", "%(num)d orders", many)


def test_a_letter_of_plain_text_has_no_escapes(app, shop):
    with app.test_request_context():
        plain = "{% autoescape false %}{{ _('Order %(number)s', number='<b>') }}{% endautoescape %}"
        letter = app.jinja_env.from_string(plain)
        assert letter.render() == "Order <b>"
