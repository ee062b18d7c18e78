"""What the documents say is there: where their links lead, the commands they name, and what they say of files."""

import re
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from flask import Flask
from flask.cli import FlaskGroup

import tasks
from blueprints.orders import reading_suki, reading_woocommerce
from blueprints.orders.reading_formats import FORMATS
from models import OrderStatus, PaymentMethod, PaymentStatus

ROOT = Path(__file__).parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
EVERYTHING = "\n".join(path.read_text() for path in DOCUMENTS)
CODE = [piece.strip() for piece in re.findall(r"`+([^`]+)`+", EVERYTHING)]
IMPORTING = (ROOT / "docs" / "importing.md").read_text()
LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)(?:#([^)\s]+))?\)")


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path):
    for target, anchor in LINK.findall(path.read_text()):
        there = path.parent / unquote(target)
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


@pytest.mark.parametrize("name", ["threats.md", "requirements.md"])
def test_each_test_that_shows_what_is_promised_is_there(name):
    named = re.findall(r"`((?:\w+/)*(?:test_\w+\.py)?)`", (ROOT / "docs" / name).read_text())
    assert len(named) > 25
    assert [name for name in named if not (ROOT / "tests" / name).exists()] == []


def command(app: Flask, words: list[str]) -> click.Command:
    found: click.Command | None = app.cli if words[0] in app.cli.commands else FlaskGroup()  # Flask’s own
    for word in words:
        found = found.get_command(click.Context(found), word) if isinstance(found, click.Group) else found
        assert found, f"flask {' '.join(words)}"
    return found


def test_every_command_that_is_named_is_there(app):
    named = re.findall(r"\bflask ([a-z]+(?:-[a-z]+)*(?: [a-z]+(?:-[a-z]+)*)*)(?!\.)", "\n".join(CODE))
    groups = {name for name, found in app.cli.commands.items() if isinstance(found, click.Group)}
    assert len(named) > 10
    for words in (line.split() for line in named):
        command(app, words[:2] if words[0] in groups else words[:1])


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("init", "--owner-email --owner-password --store-name --currency --timezone"),
        ("users add", "--name --role --password"),
        ("orders import", "--dry-run"),
        ("seed", "--orders"),
        ("demo", "--reset"),
        ("users list", ""),
        ("users disable", ""),
        ("work", "--once"),
        ("outbox deliver", ""),
    ],
)
def test_a_command_takes_what_is_promised(app, words, options):
    taken = {option for parameter in command(app, words.split()).params for option in parameter.opts}
    assert set(options.split()) <= taken


def test_every_command_of_make_that_is_named_is_there():
    named = re.findall(r"^(?:\S+=\S+ )*(?:make|\S+ tasks\.py) ([a-z]+)", "\n".join(CODE), re.MULTILINE)
    assert len(named) > 10
    assert set(named) <= {*tasks.COMMANDS, "help"}


@pytest.mark.parametrize("words", [OrderStatus, PaymentStatus, PaymentMethod, reading_suki.COLUMNS])
def test_every_word_of_a_file_of_ones_own_is_explained(words):
    assert [word for word in words if f"`{word}`" not in IMPORTING] == []


@pytest.mark.parametrize("kind", FORMATS, ids=lambda kind: kind.number_column)
def test_every_column_that_must_be_there_is_named(kind):
    assert [column for column in kind.required if f"`{column}`" not in IMPORTING] == []


def test_every_status_of_another_shop_is_explained():
    assert [status for status in reading_woocommerce._STATUSES if status not in IMPORTING] == []
