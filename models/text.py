"""Text as the shop keeps it: cleaned once, where it comes in, so that everything later can rely on it."""

import unicodedata

_KEPT_CONTROLS = "\n"
# Zero-width characters, and the marks that turn the direction of what follows them.
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0x061C])


def cleaned_text(text: str) -> str:
    """NFC, no control characters but line breaks, no lone surrogates; line ends as \\n; trimmed."""
    if text.isascii() and text.isprintable():  # nearly all of a large file, and much quicker
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = (c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def cleaned_line(text: str) -> str:
    """As cleaned_text, on one line, and without what can't be seen: it would make two names look alike."""
    text = cleaned_text(text)
    if text.isascii():
        return text if "  " not in text and text.isprintable() else " ".join(text.split())
    return " ".join(text.translate(_INVISIBLE).split())
