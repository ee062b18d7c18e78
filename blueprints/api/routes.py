"""What programs can do: create, find, read and cancel orders. Each request is held to its own description."""

from typing import Any

from flask import Response, current_app, request, url_for

from blueprints import problems
from blueprints.api import api
from blueprints.api.answering import order_as_json, orders_as_json
from blueprints.api.answering_once import AnsweredBefore, ApiAnswer, Request
from blueprints.api.describing import LIMIT, OPERATIONS, Operation, describe
from blueprints.api.door_routes import program
from blueprints.api.finding import find_order, find_page
from blueprints.api.forms import NotAccepted, cancel_of, new_order_of
from blueprints.api.reading_requests import check_body, check_query, fingerprint_of, is_key, read_json
from blueprints.orders.adding import add_order
from blueprints.orders.cancelling import cancel_order
from blueprints.problems import Problem
from blueprints.programs import Scope, by_token
from blueprints.shop import current_store
from models import Order, db


@api.get("/api/v1/openapi.json")
@by_token(Scope.NOTHING)
def description() -> dict[str, Any]:
    """For everybody: it is the same in every shop, and the tools that read it have no place for a token."""
    _query()
    return {**describe(), "servers": [{"url": request.root_path or "/"}]}


@api.get("/api/v1/orders")
@by_token(Scope.READ)
def order_list() -> dict[str, Any]:
    asked = _query()
    page = find_page(**{"limit": LIMIT["default"], **asked})
    return {"orders": orders_as_json(db.session(), page.orders, base_url=_base_url()), "next": page.next}


@api.post("/api/v1/orders")
@by_token(Scope.WRITE)
def order_new() -> Response:
    body, currency = _body(), current_store().currency
    asked = _request(body)
    if body.get("currency", currency) != currency:
        raise Problem("currency_differs", currency=currency)
    wish = new_order_of(body, currency=currency)
    add_order(wish, by=program().as_actor(), asked=asked)
    return _answer(asked.answer)


@api.get("/api/v1/orders/<id:order_id>")
@by_token(Scope.READ)
def order(order_id: int) -> Response:
    _query()
    return _json(order_as_json(db.session(), _order_or_404(order_id), base_url=_base_url()))


@api.post("/api/v1/orders/<id:order_id>/cancel")
@by_token(Scope.WRITE)
def order_cancel(order_id: int) -> Response:
    found = _order_or_404(order_id)
    body = _body()
    asked = _request(body)
    wish = cancel_of(body, found)
    cancel_order(order_id, version=body.get("version"), wish=wish, by=program().as_actor(), asked=asked)
    return _answer(asked.answer)


def _operation() -> Operation:
    return OPERATIONS[str(request.endpoint).rpartition(".")[2]]


def _query() -> dict[str, Any]:
    """Raises Invalid, also where nothing is taken: what is mistyped is not lost."""
    return check_query(request.args.to_dict(flat=False), _operation().query)


def _order_or_404(order_id: int) -> Order:
    found = find_order(order_id)
    if found is None:
        raise Problem("not_found")
    return found


def _body() -> Any:
    """As the operation's schema has it. Raises Problem, Malformed, Invalid."""
    _query()
    if not request.is_json:
        raise Problem("not_json")
    body = read_json(request.get_data(cache=False))
    check_body(body, str(_operation().body))
    return body


def _request(body: Any) -> Request:
    asked = Request(
        program=program(),
        key=_key(),
        fingerprint=fingerprint_of(request.method, request.path, body),
        status=_operation().status,
        write=lambda session, order: order_as_json(session, order, base_url=_base_url()),
    )
    asked.recall(db.session())
    return asked


@api.errorhandler(NotAccepted)
def _not_accepted(refusal: NotAccepted) -> Response:
    return problems.answer("not_accepted", errors=[fault.plain() for fault in refusal.faults])


@api.errorhandler(AnsweredBefore)
def _answered_before(before: AnsweredBefore) -> Response:
    return _answer(before.kept)


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is None and _operation().needs_key:
        raise Problem("key_missing")
    if key is not None and not is_key(key):
        raise Problem("key_malformed")
    return key


def _answer(answer: ApiAnswer | None) -> Response:
    assert answer is not None  # noqa: S101 (a request that was not refused has its answer)
    response = _json(answer.body, answer.status)
    if answer.status == 201:
        response.headers["Location"] = url_for(".order", order_id=answer.order_id)
    return response


def _json(text: str, status: int = 200) -> Response:
    return Response(text + "\n", status, mimetype="application/json")


def _base_url() -> str:
    return str(current_app.config["BASE_URL"])
