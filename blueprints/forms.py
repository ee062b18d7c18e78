"""What all forms share: cleaned text, kind words, and fields that more than one room declares."""

import re
import secrets
from functools import cache
from typing import Any, Self

from babel import support
from babel.numbers import get_currency_symbol
from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from sqlalchemy.orm import QueryableAttribute
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import (
    BooleanField,
    Field,
    FileField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.i18n import messages_path
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from blueprints.composing import can_take_mail
from blueprints.reading_csv import FileFault
from blueprints.shop import current_store
from blueprints.translating import cldr_locale
from models.base import longest
from models.money import names_other_currency, parse_money, plain_money, precision_of
from models.text import cleaned_line, cleaned_text

# Why a file can't be read at all, where it does not matter what it should hold.
FAULTS_OF_FILES = {
    FileFault.EMPTY: _l("This file is empty."),
    FileFault.ARCHIVE: _l(
        "This is an Excel or zip file, not CSV. Open it in your spreadsheet, save it as “CSV UTF-8”, and choose that."
    ),
    FileFault.UTF16: _l("This file is saved as UTF-16 (“Unicode text”). Save it as “CSV UTF-8”, and choose that."),
    FileFault.LONG_HEADER: _l("The first line of this file is far too long to be the names of columns."),
    FileFault.BROKEN_HEADER: _l("The first line of this file can’t be read: its quotation marks don’t match."),
}

NOT_AN_EMAIL = _l("Write an email address such as maria@example.com.")


def clean_text(text: str | None) -> str | None:
    return None if text is None else cleaned_text(text)


def clean_line(text: str | None) -> str | None:
    return None if text is None else cleaned_line(text)


@cache
def words_of_wtforms(language: str) -> support.NullTranslations:
    """Flask-WTF reads their file again for every page with a form."""
    return support.Translations.load(messages_path(), [language], domain="wtforms")


NO = (False, "", "false", "0", "n", "no", "off")
"""What a box says that is not ticked, where it is said at all."""


class BaseForm(FlaskForm):
    """Every line and text is cleaned before it is checked, and every box knows a no."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: FlaskForm) -> Any:
            return words_of_wtforms(str(get_locale()))

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Only what a form sent, and files only for the fields that take them: no other field can read one."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            if not form.is_submitted():
                return None
            takes_files = {field.name for field in form if isinstance(field, FileField)}
            files = MultiDict(sent for sent in request.files.items(multi=True) if sent[0] in takes_files)
            return CombinedMultiDict((files, request.form))

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            own = unbound_field.kwargs.get("filters", ())
            if issubclass(unbound_field.field_class, TextAreaField):
                options = {"filters": [clean_text, *own], **options}
            elif issubclass(unbound_field.field_class, PasswordField):
                pass  # kept as typed: spaces belong to it
            elif issubclass(unbound_field.field_class, StringField):
                options = {"filters": [clean_line, *own], **options}
            elif issubclass(unbound_field.field_class, BooleanField):
                options = {"false_values": NO, **options}
            return super().bind_field(form, unbound_field, options)


def _new_token() -> str:
    return secrets.token_urlsafe(16)


class SentOnce(BaseForm):
    """Has a token of its own each time it is drawn: whoever presses its button twice does one thing."""

    once = HiddenField(default=_new_token)
    longest_once = 64

    @property
    def token(self) -> str | None:
        """Of this form as it was drawn; what is too long for one was not made here."""
        return self.once.data if self.once.data and len(self.once.data) <= self.longest_once else None

    def draw_anew(self) -> None:
        """Sent once more, it is another form."""
        self.once.data = _new_token()


class AboutField(str):
    """What is wrong, in a sentence that says not where: beside its field that is seen, in a summary `named` is said."""

    __slots__ = ("named",)
    named: str

    def __new__(cls, field: Field, sentence: str) -> Self:
        about, label = super().__new__(cls, sentence), str(field.label.text)
        about.named = f"{label} {sentence}" if label.endswith("?") else f"{label}: {sentence}"
        return about


class CanTakeMail:
    """Stricter than what looks like an address: no mail server of ours takes more."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        if not field.errors and not can_take_mail(field.data or ""):
            raise ValidationError(NOT_AN_EMAIL)


class Fits:
    """Into the column that keeps it, in characters; said with both numbers, so that the reader knows how much to take
    away, and nothing else, as of what is too long little else is true."""

    def __init__(self, column: QueryableAttribute[Any]) -> None:
        self.most = longest(column)
        self.field_flags = {"maxlength_hint": self.most}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        length = len(field.data or "")
        if length > self.most:
            sentence = _(
                "This is %(length)s characters long; at most %(limit)s fit.",
                length=f"{length:,}",
                limit=f"{self.most:,}",
            )
            raise StopValidation(AboutField(field, sentence))


class CountField(IntegerField):
    """From none, or from `least`, to `most` pieces. Left empty it is None."""

    data: int | None

    def __init__(self, *args: Any, most: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.least, self.most = least, most

    @property
    def bounds(self) -> str:
        sentence = _("Write a whole number from %(least)s to %(most)s.", least=self.least, most=f"{self.most:,}")
        return AboutField(self, sentence)

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = cleaned_line(valuelist[0]) if valuelist else ""
        self.data = int(typed) if re.fullmatch("[0-9]{1,9}", typed) else None
        if typed and not (self.data is not None and self.least <= self.data <= self.most):
            raise ValueError(self.bounds)


class Ticks(SelectMultipleField):
    """Several boxes, any number of which may be ticked."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class MoneyInput(TextInput):
    """Brings up the digits on a phone."""

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        kwargs.setdefault("inputmode", "decimal")
        kwargs.setdefault("autocomplete", "off")
        return Markup(super().__call__(field, **kwargs))  # noqa: S704 (what WTForms made is markup already)


class MoneyField(Field):
    """An amount as people write it; its data is minor units of the store's currency, or of the one that the form's
    meta names. What can't be read stays in the field as it was typed."""

    widget = MoneyInput()
    data: int | None

    @property
    def currency(self) -> str:
        return getattr(self.meta, "currency", None) or current_store().currency

    @property
    def sign(self) -> str:
        return get_currency_symbol(self.currency, locale=cldr_locale())

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = cleaned_line(valuelist[0]) if valuelist else ""
        self.data = None
        if not typed:
            return
        try:
            self._refuse_other_currency(typed)
            self.data = parse_money(typed, self.currency)
        except ValueError:
            example = plain_money(1250 * 10 ** precision_of(self.currency), self.currency)
            sentence = _("Write an amount such as %(example)s.", example=example)
            raise ValueError(AboutField(self, sentence)) from None

    def _refuse_other_currency(self, typed: str) -> None:
        """P250, ₱250, PHP 250 and R$250 are fine; 12,5x is mistyped, and $5 is no amount of pesos."""
        symbol = get_currency_symbol(self.currency, locale="en")
        letters = "".join(filter(str.isalpha, typed)).upper()
        is_own = any(name.startswith(letters) for name in (self.currency, symbol))
        if not is_own or names_other_currency(typed, self.currency):
            raise ValueError(typed)

    def _value(self) -> str:
        if self.raw_data:
            return cleaned_line(str(self.raw_data[0]))
        return "" if self.data is None else plain_money(self.data, self.currency)
