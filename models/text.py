"""Text as the shop keeps it: cleaned once, where it comes in, so that everything later can rely on it."""

import unicodedata

ERASED = "[…]"
"""What stands where a customer's words stood, or words about them, once these were erased: the same in every language,
so that the database knows it and lets nothing else take the place of words that are never changed."""

NO_NAME = "—"
"""What stands for the name of a customer whose name no file said."""

_KEPT_CONTROLS = "\n"
# Controls that part words, as in what is copied from a spreadsheet.
_PARTING = dict.fromkeys(map(ord, "\t\v\f\x85"), " ")
# Letters that show nothing. What is left out besides is a category: zero-width characters, soft hyphens, tags, and the
# marks that turn the direction of what follows them.
_BLANK_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"


def cleaned_text(text: str) -> str:
    """NFC, nothing that is no character (controls but line breaks, lone surrogates); line ends as \\n; trimmed."""
    if text.isascii() and text.isprintable():  # nearly all of a large file, and much quicker
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").translate(_PARTING))
    return "".join(c for c in text if c in _KEPT_CONTROLS or _is_character(c)).strip()


def _is_character(c: str) -> bool:
    is_left_free = 0xFDD0 <= ord(c) <= 0xFDEF or ord(c) & 0xFFFE == 0xFFFE  # for good, and wrong in a page
    return not is_left_free and unicodedata.category(c) not in ("Cc", "Cs")


def cleaned_line(text: str) -> str:
    """As cleaned_text, on one line, and without what can't be seen: it would make two names look alike."""
    text = cleaned_text(text)
    if text.isascii():
        return " ".join(text.split()) if "  " in text or "\n" in text else text
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf" and c not in _BLANK_LETTERS)
    return " ".join(unicodedata.normalize("NFC", seen).split())


def bare_number(text: str) -> str:
    """An order's number, cleaned and without the sign that people write before it: #1001 is order 1001."""
    return cleaned_line(text).lstrip("# ")
