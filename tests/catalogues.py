"""The translations, as their files hold them and as the program reads them."""

import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))


def read(words: Path) -> Catalog:
    with words.open("rb") as file:
        return read_po(file, locale=words.parts[-3])


def compile_when_changed(words: Path) -> None:
    """As `tasks.py setup` does it, for whoever starts pytest alone. Several processes may do it at once."""
    compiled = words.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= words.stat().st_mtime:
        return
    fresh = compiled.with_name(f"{compiled.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        write_mo(file, read(words))
    fresh.replace(compiled)
