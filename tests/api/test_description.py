"""The description says what is there: every route of the API and none more, every refusal, every field of the forms."""

import re
from pathlib import Path

import pytest

from blueprints import problems
from blueprints.api.describing import OPERATIONS, describe
from blueprints.api.schemas import CANCEL, NEW_ITEM, NEW_ORDER, SCHEMAS
from blueprints.orders.change_forms import CancelForm
from blueprints.orders.forms import ItemForm, NewOrderForm
from blueprints.orders.refusals import OrderRefusal
from blueprints.programs import scope_of
from tests.api.programs import Program

DOCUMENT = (Path(__file__).parent.parent.parent / "docs" / "api.md").read_text()


def test_every_route_for_programs_is_described_and_nothing_else(app):
    there = {
        (re.sub(r"<id:\w+>", "{id}", rule.rule), method, rule.endpoint.removeprefix("api."))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in set(rule.methods or ()) - {"HEAD", "OPTIONS"}
    }
    assert there == {(operation.path, operation.method, name) for name, operation in OPERATIONS.items()}
    for name, operation in OPERATIONS.items():
        assert scope_of(app.view_functions[f"api.{name}"]) is operation.scope


def test_everybody_can_read_it(app):
    answer = Program(app, None).get("/openapi.json")
    assert (answer.status, answer.json["openapi"]) == (200, "3.1.0")
    assert answer.json["paths"] == describe()["paths"]
    assert answer.json["servers"] == [{"url": "/"}]


def test_each_schema_is_one_and_used():
    from jsonschema import Draft202012Validator

    text = str(describe())
    for name, schema in SCHEMAS.items():
        Draft202012Validator.check_schema(schema)
        assert f"'#/components/schemas/{name}'" in text, name


@pytest.mark.parametrize(
    ("schema", "form", "apart"),
    [
        (NEW_ORDER, NewOrderForm, {"currency"}),
        (NEW_ITEM, ItemForm, set()),
        (CANCEL, CancelForm, {"status", "once"}),
    ],
    ids=["NewOrder", "NewItem", "Cancel"],
)
def test_a_program_can_say_what_a_person_can(app, schema, form, apart):
    """Apart from what only a page needs, or only a program."""
    with app.test_request_context():
        fields = {field.name: field for field in form(meta={"csrf": False, "currency": "PHP"})}
    assert set(schema["properties"]) ^ set(fields) == apart
    for name, said in schema["properties"].items():
        limit = getattr(fields.get(name), "flags", None) and fields[name].flags.maxlength_hint
        assert not limit or said["maxLength"] == limit, name


def test_every_refusal_of_a_cancel_has_its_code():
    raised = {"already_cancelled", "not_cancellable", "booked_with_courier", "order_changed", "reason_unknown"}
    known = {refusal.code for refusal in OrderRefusal.__subclasses__()}
    assert raised | {"fee_too_high", "courier_unknown"} <= known & set(problems.CODES)


def test_the_document_names_every_code_and_every_operation():
    for code, (status, _title) in problems.CODES.items():
        assert re.search(rf"\| {status} \| `{code}` \|", DOCUMENT), code
    for operation in OPERATIONS.values():
        assert f"{operation.method} {operation.path}" in DOCUMENT
    for name in (*NEW_ORDER["properties"], *CANCEL["properties"], *SCHEMAS["Cancellation"]["properties"]):
        assert f"`{name}`" in DOCUMENT, name
