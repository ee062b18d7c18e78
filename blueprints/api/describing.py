"""The description of the API, in OpenAPI 3.1: what each operation takes and answers. Requests are held to it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from blueprints.api.answering_once import KEPT_HOURS
from blueprints.api.schemas import LARGEST_ID, SCHEMAS, Schema
from blueprints.problems import CODES, MIMETYPE
from blueprints.programs import Scope
from models import Order
from models.api import LONGEST_KEY
from models.base import longest

ABOUT = """The order desk of a small shop. A cancel that comes from a program is the same cancel as on the
order's page: the same refusals, email, stock, refund and time to undo it. Amounts are whole numbers in minor units
(centavos for PHP), times are UTC. What is not described is refused, in bodies and in queries."""

LIMIT = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
PLACE = {"type": "string", "pattern": "^([0-9]{1,18}|[1-8][0-9]{18})$"}
NUMBER = {"type": "string", "minLength": 1, "maxLength": longest(Order.number)}
QUERY: dict[str, tuple[Schema, str]] = {
    "limit": (LIMIT, "How many orders at most"),
    "after": (PLACE, "`next` of the page before"),
    "number": (NUMBER, "Only the order with this number"),
}
KEY = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]([ -~]*[!-~])?$"}


@dataclass(frozen=True)
class Operation:
    path: str
    method: str
    summary: str
    scope: Scope
    status: int
    answer: str | None
    """The schema of what it answers with when all is well."""
    says: str = ""
    query: tuple[str, ...] = ()
    body: str | None = None
    takes_key: bool = False
    needs_key: bool = False
    refusals: tuple[str, ...] = ()
    """Beside those that its scope, body and key may meet."""

    @property
    def codes(self) -> list[str]:
        codes = [*self.refusals, "busy", "not_set_up", "disk_failed", "malformed", "invalid"]
        if self.scope is not Scope.NOTHING:
            codes += ["token_missing", "token_wrong", "too_many_tries"]
        if self.scope is Scope.WRITE:
            codes += ["token_may_not_write", "other_site"]
        if self.body:
            codes += ["not_accepted", "not_json", "too_large"]
        if self.takes_key:
            codes += ["key_malformed", "key_reused"]
        if self.needs_key:
            codes += ["key_missing"]
        return sorted(set(codes), key=list(CODES).index)


# By the name of the view.
OPERATIONS = {
    "order_new": Operation(
        "/api/v1/orders",
        "POST",
        "Create an order",
        Scope.WRITE,
        201,
        "Order",
        says="It takes its items from the stock. Give an Idempotency-Key, and it can be sent again after no answer.",
        body="NewOrder",
        takes_key=True,
        refusals=("number_taken", "total_out_of_bounds", "courier_unknown", "currency_differs"),
    ),
    "order_list": Operation(
        "/api/v1/orders",
        "GET",
        "List orders, or find one by its number",
        Scope.READ,
        200,
        "Orders",
        says="The newest first, page by page.",
        query=("limit", "after", "number"),
    ),
    "order": Operation(
        "/api/v1/orders/{id}", "GET", "Read an order", Scope.READ, 200, "Order", refusals=("not_found",)
    ),
    "order_cancel": Operation(
        "/api/v1/orders/{id}/cancel",
        "POST",
        "Cancel an order",
        Scope.WRITE,
        200,
        "Order",
        says="Sent again with its key, it has its first answer again, and nothing happens twice.",
        body="Cancel",
        takes_key=True,
        needs_key=True,
        refusals=(
            "not_found",
            "already_cancelled",
            "not_cancellable",
            "booked_with_courier",
            "order_changed",
            "reason_unknown",
            "fee_too_high",
        ),
    ),
    "description": Operation(
        "/api/v1/openapi.json", "GET", "Read this description", Scope.NOTHING, 200, None, says="It needs no token."
    ),
}


@cache
def describe() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for name, operation in OPERATIONS.items():
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(name, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Suki", "version": "1", "description": ABOUT},
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Made by the owner under Settings, API tokens",
                }
            },
        },
    }


def _operation(name: str, operation: Operation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": name,
        "summary": operation.summary,
        "description": operation.says,
        "parameters": _parameters(operation),
        "responses": {str(operation.status): _answer(operation), **_problems(operation)},
        "security": [] if operation.scope is Scope.NOTHING else [{"token": []}],
    }
    if operation.body:
        schema = {"$ref": f"#/components/schemas/{operation.body}"}
        said["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if operation.status == 201:
        _link(said["responses"]["201"])
    return said


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if "{id}" in operation.path:
        identity = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
        found.append({"name": "id", "in": "path", "required": True, "schema": identity})
    for name in operation.query:
        schema, says = QUERY[name]
        found.append({"name": name, "in": "query", "schema": schema, "description": says})
    if operation.takes_key:
        says = f"Your own name for this request, kept for {KEPT_HOURS} hours: a UUID, for one"
        key = {"name": "Idempotency-Key", "in": "header", "required": operation.needs_key, "schema": KEY}
        found.append({**key, "description": says})
    return found


def _answer(operation: Operation) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{operation.answer}"} if operation.answer else {"type": "object"}
    answer: dict[str, Any] = {"description": operation.summary, "content": {"application/json": {"schema": schema}}}
    if operation.status == 201:
        where = {"type": "string", "format": "uri-reference"}
        answer["headers"] = {"Location": {"required": True, "schema": where, "description": "Of the order"}}
    return answer


def _link(answer: dict[str, Any]) -> None:
    """What can be done with an order that was just made."""
    made = {"id": "$response.body#/id"}
    answer["links"] = {name: {"operationId": name, "parameters": made} for name in ("order", "order_cancel")}


def _problems(operation: Operation) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in operation.codes:
        by_status.setdefault(CODES[code][0], []).append(code)
    return {str(status): _problem(status, codes) for status, codes in sorted(by_status.items())}


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    of_these = {"properties": {"code": {"enum": codes}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, of_these]}
    says = "; ".join(f"`{code}`: {CODES[code][1]}" for code in codes)
    answer: dict[str, Any] = {"description": says, "content": {MIMETYPE: {"schema": schema}}}
    name = {401: "WWW-Authenticate", 429: "Retry-After"}.get(status)
    if name:
        answer["headers"] = {name: {"required": True, "schema": {"type": "string"}}}
    return answer
