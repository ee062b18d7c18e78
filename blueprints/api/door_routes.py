"""The door of the API: a token in the request says who asks. Cookies say nothing here."""

import logging
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Any, cast

from flask import Response, current_app, g, request

from blueprints import problems
from blueprints.api import api
from blueprints.api.admitting import Program, TokenWrong, admit
from blueprints.api.answering import as_time
from blueprints.api.answering_once import KeyReused
from blueprints.api.reading_requests import Invalid, Malformed
from blueprints.orders.adding import NumberTaken, TotalOutOfBounds
from blueprints.orders.refusals import OrderRefusal
from blueprints.problems import Problem
from blueprints.programs import Scope, scope_of
from blueprints.shop import find_store
from blueprints.slowing import TooManyTries, network_of
from blueprints.visitors import address
from models import db

log = logging.getLogger("suki")

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Suki"'}
CHALLENGE_AGAIN = {"WWW-Authenticate": 'Bearer realm="Suki", error="invalid_token"'}


@api.before_request
def door() -> None:
    """Pages have the wall instead."""
    scope = scope_of(current_app.view_functions[str(request.endpoint)])
    if scope in (None, Scope.NOTHING):
        return
    if find_store() is None:
        raise Problem("not_set_up")
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise Problem("token_missing", headers=CHALLENGE)
    g.program = admit(given.token, address=address())
    if scope is Scope.WRITE and not program().may_write:
        raise Problem("token_may_not_write")


def program() -> Program:
    """Who asks."""
    return cast(Program, g.program)


@api.errorhandler(Problem)
def _problem(problem: Problem) -> Response:
    db.session.rollback()
    return problems.answer(problem.code, headers=problem.headers, **problem.facts)


@api.errorhandler(TokenWrong)
def _wrong_token(_wrong: TokenWrong) -> Response:
    log.warning("token refused address=%s", network_of(address()))
    return problems.answer("token_wrong", headers=CHALLENGE_AGAIN)


@api.errorhandler(TooManyTries)
def _slowed(refusal: TooManyTries) -> Response:
    log.warning("token slowed address=%s", network_of(address()))
    return problems.answer("too_many_tries", headers={"Retry-After": str(ceil(refusal.wait.total_seconds()))})


@api.errorhandler(Malformed)
def _malformed(_malformed: Malformed) -> Response:
    return problems.answer("malformed")


@api.errorhandler(Invalid)
def _invalid(invalid: Invalid) -> Response:
    return problems.answer("invalid", errors=[fault.plain() for fault in invalid.faults])


@api.errorhandler(KeyReused)
def _key_reused(_reused: KeyReused) -> Response:
    return problems.answer("key_reused")


@api.errorhandler(OrderRefusal)
def _refused(refusal: OrderRefusal) -> Response:
    """The same refusals as on the pages, with the facts that they carry."""
    return problems.answer(refusal.code, **{_name(name): _plain(fact) for name, fact in vars(refusal).items()})


@api.errorhandler(NumberTaken)
def _number_taken(refusal: NumberTaken) -> Response:
    return problems.answer("number_taken", order_id=refusal.order_id)


@api.errorhandler(TotalOutOfBounds)
def _total_out_of_bounds(refusal: TotalOutOfBounds) -> Response:
    return problems.answer("total_out_of_bounds", total=refusal.total)


def _name(fact: str) -> str:
    """`status` is the answer's own."""
    return "order_status" if fact == "status" else fact


def _plain(fact: Any) -> Any:
    if isinstance(fact, datetime):
        return as_time(fact)
    return fact.value if isinstance(fact, StrEnum) else fact
