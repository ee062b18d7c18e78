"""What keeps the house in order: who may import what, who may commit, and how long things may get."""

import ast
import re
from pathlib import Path

import pytest

from config import DEFAULTS

ROOT = Path(__file__).parent.parent
ROOMS = sorted(path.parent.name for path in ROOT.glob("blueprints/*/__init__.py"))
# In a room, these are where the web, the command line and the background come in; every other module is a use case, or
# what use cases share.
COMES_IN = re.compile(r"(.*_)?(routes|forms|cli|background_tasks)$")
USE_CASES = [
    path
    for room in ROOMS
    for path in sorted((ROOT / "blueprints" / room).glob("*.py"))
    if path.stem != "__init__" and not COMES_IN.match(path.stem)
]
PROGRAM = [
    ROOT / "app.py",
    ROOT / "config.py",
    *ROOT.glob("models/*.py"),
    *ROOT.glob("blueprints/**/*.py"),
    *ROOT.glob("bench/*.py"),
]
TEMPLATES = sorted(ROOT.glob("templates/**/*.*"))


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]


def length(function: ast.FunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


@pytest.mark.parametrize("path", sorted(ROOT.glob("models/*.py")), ids=short)
def test_models_know_no_pages(path):
    assert not [name for name in imports(path) if name.split(".")[0] in ("flask", "flask_wtf", "blueprints")]


@pytest.mark.parametrize("path", USE_CASES, ids=short)
def test_a_use_case_knows_no_request_no_form_and_no_other_room(path):
    room = path.parent.name
    other_rooms = {f"blueprints.{name}" for name in ROOMS if name != room}
    for name in imports(path):
        assert name.split(".")[0] not in ("flask", "flask_wtf", "flask_login", "wtforms"), name
        assert not re.match(rf"blueprints\.({room}\.)?(\w+_)?(routes|forms|access)\b", name), name
        assert ".".join(name.split(".")[:2]) not in other_rooms, name


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """By the name that is called; a method by its own name behind a point."""
    found = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return [(f".{f.attr}" if isinstance(f := node.func, ast.Attribute) else ast.unparse(f), node) for node in found]


def test_no_field_of_a_form_becomes_a_column_by_itself():
    """Each is named where it is used."""
    for path in PROGRAM:
        for name, call in calls(path):
            assert name not in ("setattr", ".populate_obj"), f"{short(path)}:{call.lineno}"
            spread = [ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg is None]
            assert not [value for value in spread if "request." in value], f"{short(path)}:{call.lineno}"


def test_no_value_is_written_into_sql():
    """Values are bound. What is put together here is of constants: pragmas, BEGIN, states, names of tables."""
    takes_sql = ("text", "literal_column", ".exec_driver_sql", ".execute")
    put_together = {
        short(path)
        for path in PROGRAM
        for name, call in calls(path)
        if name in takes_sql and call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    }
    assert put_together == {
        "models/payment_reminder.py",
        "models/postgresql.py",
        "models/sqlite.py",
        "blueprints/backups/copying_to_postgresql.py",
        "blueprints/doctor/examining_store.py",
        "blueprints/privacy/sweeping.py",
    }


def test_only_writing_commits():
    committing = {
        short(path)
        for path in PROGRAM
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    assert committing == {"models/base.py"}


@pytest.mark.parametrize("path", PROGRAM, ids=short)
def test_nothing_gets_too_long_to_read(path):
    assert len(path.read_text().splitlines()) <= 300
    limit = 30 if path.stem.endswith("routes") else 40
    assert not [f"{function.name}: {length(function)}" for function in functions(path) if length(function) > limit]


def test_addresses_are_plain_and_their_numbers_are_checked(app):
    for rule in app.url_map.iter_rules():
        assert set(rule.methods or ()) <= {"GET", "HEAD", "OPTIONS", "POST"}, rule
        assert re.fullmatch(r"[a-z0-9/.-]*", re.sub(r"<[^>]+>", "", rule.rule)), rule
        assert not re.search(r"<(int:)?\w*_?id>", rule.rule), f"{rule}: numbers are <id:…>"


def test_templates_trust_nobody_and_carry_no_script():
    for path in TEMPLATES:
        source = path.read_text()
        assert not re.search(r"\|\s*safe\b|autoescape\s+false", source), short(path)
        if "email" not in path.parts:
            assert not re.search(r"\sstyle=|\son[a-z]+=\"|javascript:", source), short(path)
        assert not re.search(r"https?://(?!www\.w3\.org)", source), f"{short(path)} leads outside"


def test_every_setting_is_explained():
    explained = (ROOT / "docs" / "settings.md").read_text()
    read = set()
    for path in PROGRAM:
        read |= set(re.findall(r"config(?:\[|\.get\()\"([A-Z_]+)\"", path.read_text()))
    internal = {"IS_SECURE", "IS_LOOPBACK", "SESSION_COOKIE_NAME", "INSTANCE_PATH", "TESTING"}
    unexplained = {name for name in read | set(DEFAULTS) - internal if f"`FLASK_{name}`" not in explained}
    assert unexplained - internal == set()
