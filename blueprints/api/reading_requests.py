"""Reading what a program sent: JSON that is nothing but JSON, checked against the schemas of the description."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any, NoReturn

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from blueprints.api.describing import KEY, QUERY
from blueprints.api.schemas import LARGEST_ID, SCHEMAS

MOST_FAULTS = 20
# Booleans are no numbers. Whole numbers are whole by the time that they are looked at: see _number.
_Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _checker, value: type(value) is int),
)


class Malformed(Exception):
    """No JSON, or none that everybody reads alike."""


@dataclass(frozen=True)
class RequestFault:
    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def plain(self) -> dict[str, str]:
        where = {"pointer": self.pointer, "parameter": self.parameter}
        return {"detail": self.detail, **{name: place for name, place in where.items() if place is not None}}


class Invalid(Exception):
    """It does not fit its description."""

    def __init__(self, faults: Iterable[RequestFault]) -> None:
        self.faults = list(faults)
        super().__init__(f"{len(self.faults)} faults")


def read_json(raw: bytes) -> Any:
    """Raises Malformed: for what is no UTF-8, for numbers that JSON does not know, for a name that stands twice in one
    object, and for what lies too deep to be read."""
    try:
        return json.loads(raw.decode(), object_pairs_hook=_object, parse_float=_number, parse_constant=_refuse)
    except (ValueError, ArithmeticError, RecursionError) as fault:
        raise Malformed from fault


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands twice")
    return read


def _number(text: str) -> int | float:
    """JSON has one kind of number, so 480.0 is 480. It is never rounded to one."""
    number = Decimal(text)
    is_whole = number.copy_abs() <= LARGEST_ID and number == number.to_integral_value()
    return int(number) if is_whole else float(number)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def check_body(body: Any, name: str) -> None:
    """Against the schema of this name. Raises Invalid, and Malformed for what lies too deep to be looked at."""
    try:
        faults = [_fault(error) for error in islice(_validator(name).iter_errors(body), MOST_FAULTS)]
    except RecursionError as fault:
        raise Malformed from fault
    if faults:
        raise Invalid(faults)


@cache
def _validator(name: str) -> Any:
    return _Validator({"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}})


def _fault(error: ValidationError) -> RequestFault:
    path, says = list(error.absolute_path), ""
    if error.validator in ("required", "dependentRequired"):
        path.append(_missing(error))
        says = "is required"
    elif error.validator == "additionalProperties":
        path.append(next(name for name in error.instance if name not in error.schema["properties"]))
        says = "is not known here"
    pointer = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
    return RequestFault(says or _says(error), pointer=pointer)


def _missing(error: ValidationError) -> str:
    needed = error.validator_value
    if error.validator == "dependentRequired":
        needed = [other for name, others in needed.items() if name in error.instance for other in others]
    return next(str(name) for name in needed if name not in error.instance and repr(name) in error.message)


def _says(error: ValidationError) -> str:
    """In our own words: the library's repeat what was sent, however long it is."""
    limit = error.validator_value
    sentences = {
        "type": f"must be of type {limit}",
        "enum": "must be one of: " + ", ".join(map(str, limit if error.validator == "enum" else ())),
        "minLength": "must not be empty",
        "maxLength": f"must have at most {limit} characters",
        "minimum": f"must be at least {limit}",
        "maximum": f"must be at most {limit}",
        "minItems": f"must hold at least {limit}",
        "maxItems": f"must hold at most {limit}",
        "pattern": "does not match the pattern of its description",
    }
    return sentences.get(str(error.validator), "does not fit its description")


def check_query(sent: Mapping[str, list[str]], taken: tuple[str, ...]) -> dict[str, Any]:
    """The parameters as values. Raises Invalid for one that is not taken, stands twice, or does not fit."""
    faults, values = [], {}
    for name, texts in sent.items():
        if name not in taken:
            faults.append(RequestFault("is not known here", parameter=name))
            continue
        schema, _ = QUERY[name]
        values[name] = _value(texts[0], schema)
        if len(texts) > 1:
            faults.append(RequestFault("stands there twice", parameter=name))
        faults += [RequestFault(_says(error), parameter=name) for error in _Validator(schema).iter_errors(values[name])]
    if faults:
        raise Invalid(faults[:MOST_FAULTS])
    return values


def _value(text: str, schema: Mapping[str, Any]) -> Any:
    is_number = schema["type"] == "integer" and re.fullmatch(r"-?(0|[1-9][0-9]{0,8})", text)
    return int(text) if is_number else text


def is_key(text: str) -> bool:
    return bool(_Validator(KEY).is_valid(text))


def fingerprint_of(method: str, path: str, body: Any) -> str:
    """The same for the same request, however its JSON is laid out."""
    said = json.dumps([method, path, body], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
