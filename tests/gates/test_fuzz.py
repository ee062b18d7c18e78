"""Anything at any address of the site, and anything in its forms, from everybody: no answer is a fault of ours. The
API's own description is fuzzed in api/test_schemathesis.py; for the pages one is made here, from routes and forms."""

import inspect
import pkgutil
import re
from contextlib import ExitStack
from importlib import import_module
from typing import Any

import pytest
import schemathesis
from flask import request
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

import blueprints
from blueprints.forms import BaseForm
from tests.serving import serving
from tests.support.test_matrix import Actor, made

ROLES = ("anonymous", "owner", "staff", "all")
LEFT_OUT = {"static", "auth.logout", "fuzz"}
"""Nobody is signed out in the middle of it. The API speaks for itself."""
TEXT = {"type": "string", "maxLength": 60}
ASKED = (
    "q",
    "status",
    "payment",
    "page",
    "after",
    "before",
    "from",
    "to",
    "next",
    "order",
    "attention",
    "placed",
    "kind",
)


def fields_of(room: str) -> dict[str, Any]:
    """The fields of all forms of a room."""
    found = set()
    for module in pkgutil.iter_modules([f"{blueprints.__path__[0]}/{room}"], f"blueprints.{room}."):
        if "form" in module.name:
            for form in vars(import_module(module.name)).values():
                if inspect.isclass(form) and issubclass(form, BaseForm):
                    found |= {name for name in dir(form) if type(getattr(form, name)).__name__ == "UnboundField"}
    return dict.fromkeys(sorted(found), TEXT)


def described(actor: Actor) -> dict[str, Any]:
    """The site as its own description would have it, for this actor's token."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in actor.app.url_map.iter_rules():
        room = rule.endpoint.partition(".")[0]
        if rule.endpoint in LEFT_OUT or rule.rule.startswith("/api/"):
            continue
        parts = [{"name": name, "in": "path", "required": True, "schema": part(actor, name)} for name in rule.arguments]
        url = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)
        operation: dict[str, Any] = {"parameters": parts, "responses": {"default": {"description": "Any"}}}
        for method in (rule.methods or set()) & {"GET", "POST"}:
            own = {**operation}
            if method == "POST":
                fields = {"csrf_token": {"const": actor.token or ""}, **fields_of(room)}
                form = {
                    "type": "object",
                    "properties": fields,
                    "required": ["csrf_token"],
                    "additionalProperties": False,
                }
                own["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
            else:
                own["parameters"] = parts + [{"name": name, "in": "query", "schema": TEXT} for name in ASKED]
            paths.setdefault(url, {})[method.lower()] = own
    return {"openapi": "3.0.3", "info": {"title": "Suki", "version": "1"}, "paths": paths}


def part(actor: Actor, name: str) -> dict[str, Any]:
    there = actor.values.get(name, 1)
    return {"anyOf": [{"enum": [str(there)]}, {"type": "string", "minLength": 1, "maxLength": 30}]}


def answers_of_500(actor: Actor, address: str, *, most_of_one: int, only: str = "") -> tuple[list[str], int]:
    """What was answered with a fault of ours, and how much was asked."""
    cookie = f"{actor.app.config['SESSION_COOKIE_NAME']}={actor.cookie}" if actor.cookie else ""
    config = SchemathesisConfig.from_dict(
        {
            "headers": {"Cookie": cookie} if cookie else {},
            "generation": {"max-examples": most_of_one, "deterministic": True, "database": "none"},
            "phases": {"stateful": {"enabled": False}, "coverage": {"enabled": False}},
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
        }
    )
    description = described(actor)
    description["paths"] = {url: one for url, one in description["paths"].items() if only in url}
    schema = schemathesis.openapi.from_dict(description, config=config)
    schema.config.update(base_url=address)
    faults, asked = [], 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            for interaction in event.recorder.interactions.values():
                asked += 1
                if interaction.response is not None and interaction.response.status_code == 500:
                    faults.append(f"{interaction.request.method} {interaction.request.uri}: 500")
        elif isinstance(event, events.FatalError):
            faults.append(str(event))
    return faults, asked


@pytest.fixture
def enter(first_day, tmp_path):
    """enter("owner"): somebody with a shop of their own, and its address."""
    with ExitStack() as stack:

        def one(name: str) -> tuple[Actor, str]:
            (tmp_path / name).mkdir()
            actor = made(first_day, tmp_path / name, name)
            return actor, stack.enter_context(serving(actor.app))

        yield one


@pytest.mark.minutes
def test_nothing_that_anybody_sends_is_answered_with_a_fault(gate, enter):
    asked = 0
    for name in ROLES if gate.is_full else ("owner",):
        faults, more = answers_of_500(*enter(name), most_of_one=gate.size(quick=1, full=2))
        assert faults == []
        assert more > 100
        asked += more
    gate.figure(f"{'every role' if gate.is_full else 'the owner'}, {asked:,} requests: 0 answers of 500")


@pytest.mark.minutes
@pytest.mark.control
def test_an_int_on_raw_input_is_found(gate, enter, monkeypatch):
    actor, served = enter("owner")
    listing = actor.app.view_functions["products.listing"]

    def careless() -> Any:
        int(request.args.get("page", "1"))
        return listing()

    careless.needs = listing.needs
    monkeypatch.setitem(actor.app.view_functions, "products.listing", careless)
    faults, _ = answers_of_500(actor, served, most_of_one=8, only="/products/")
    assert faults
    assert all("/products/?" in fault for fault in faults)
    gate.figure(f"int() on raw input: {len(faults)} answers of 500")
