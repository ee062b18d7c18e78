"""What all forms share: cleaned text, kind words, and fields that more than one room declares."""

import unicodedata
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField
from wtforms.validators import ValidationError

_KEPT_CONTROLS = "\n"
# Zero-width characters, and the marks that turn the direction of what follows them.
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0x061C])


def clean_text(text: str | None) -> str | None:
    """NFC, no control characters but line breaks, no lone surrogates; line ends as \\n; trimmed."""
    if text is None:
        return None
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def clean_line(text: str | None) -> str | None:
    """As clean_text, on one line, and without what can't be seen: it would make two names look alike."""
    cleaned = clean_text(text)
    return None if cleaned is None else " ".join(cleaned.translate(_INVISIBLE).split())


class BaseForm(FlaskForm):
    """Every line and text is cleaned before it is checked."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            if issubclass(unbound_field.field_class, TextAreaField):
                options = {"filters": [clean_text], **options}
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
