"""What all forms share: cleaned text, kind words, and fields that more than one room declares."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, PasswordField, StringField, TextAreaField
from wtforms.validators import ValidationError

from models.text import cleaned_line, cleaned_text


def clean_text(text: str | None) -> str | None:
    return None if text is None else cleaned_text(text)


def clean_line(text: str | None) -> str | None:
    return None if text is None else cleaned_line(text)


class BaseForm(FlaskForm):
    """Every line and text is cleaned before it is checked."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            if issubclass(unbound_field.field_class, TextAreaField):
                options = {"filters": [clean_text], **options}
            elif issubclass(unbound_field.field_class, PasswordField):
                pass  # kept as typed: spaces belong to it
            elif issubclass(unbound_field.field_class, StringField):
                options = {"filters": [clean_line], **options}
            return super().bind_field(form, unbound_field, options)


class AtMost:
    """A length in characters, said with both numbers, so that the reader knows how much to take away."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.field_flags = {"maxlength_hint": limit}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        length = len(field.data or "")
        if length > self.limit:
            raise ValidationError(
                _l(
                    "This is %(length)s characters long; at most %(limit)s fit.",
                    length=f"{length:,}",
                    limit=f"{self.limit:,}",
                )
            )
