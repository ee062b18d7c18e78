"""What a program is told when something is not done: problem details (RFC 9457), each with a code that stays."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from werkzeug.exceptions import Forbidden, HTTPException, ServiceUnavailable

ROOT = "/api/"
MIMETYPE = "application/problem+json"

# Every code there is, with the status that it comes with, and its title.
CODES: dict[str, tuple[int, str]] = {
    "malformed": (400, "The request cannot be read"),
    "key_missing": (400, "This request needs an Idempotency-Key"),
    "key_malformed": (400, "The Idempotency-Key is not 1 to 255 printable ASCII characters"),
    "host_unknown": (400, "This is not an address of this store"),
    "token_missing": (401, "This needs a token: Authorization: Bearer suki_…"),
    "token_wrong": (401, "The token is wrong, or it is not good any more"),
    "token_may_not_write": (403, "This token may only read"),
    "other_site": (403, "A page of another site tried to send this"),
    "forbidden": (403, "This is not allowed"),
    "not_found": (404, "There is nothing at this address"),
    "method_not_allowed": (405, "This address does not take that method"),
    "already_cancelled": (409, "The order is already cancelled"),
    "not_cancellable": (409, "The order has come to its end in another way"),
    "booked_with_courier": (409, "A courier holds the order: only the support team can cancel it"),
    "order_changed": (409, "The order was changed since the version that was given"),
    "reason_unknown": (409, "The reason is not on the store's list"),
    "fee_too_high": (409, "The fee is more than can be kept"),
    "number_taken": (409, "Another order has this number"),
    "total_out_of_bounds": (409, "The order comes to less than nothing, or to more than can be counted"),
    "courier_unknown": (409, "The courier is not on the store's list"),
    "currency_differs": (409, "The store counts in another currency"),
    "not_accepted": (409, "The request fits its description, and yet something in it is not accepted"),
    "key_reused": (409, "The Idempotency-Key was used for another request"),
    "too_large": (413, "The request is too large"),
    "not_json": (415, "The body is to be application/json"),
    "invalid": (422, "The request does not fit its description"),
    "too_many_tries": (429, "There were too many wrong tokens from this address"),
    "internal_error": (500, "Something went wrong here, and it is not known whether anything was changed"),
    "busy": (503, "The store is busy: nothing was changed, and the same request can be sent again"),
    "disk_failed": (503, "The store could not write to its disk, and it is not known whether anything was changed"),
    "not_set_up": (503, "The store is not set up yet"),
}
# What a status means that the frame itself answers with.
_OF_STATUS = {
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "not_json",
    429: "too_many_tries",
    503: "busy",
}


class NotSetUp(ServiceUnavailable):
    """There is no store in the database yet."""


class FromAnotherSite(Forbidden):
    """A page of another site has sent this."""


class Problem(Exception):
    """Ends a request of a program. `facts` stand beside the code in the answer."""

    def __init__(self, code: str, *, headers: Mapping[str, str] | None = None, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.headers = headers or {}
        self.facts = facts


def is_asked_by_program() -> bool:
    return request.path.startswith(ROOT)


def answer(code: str, *, headers: Mapping[str, str] | None = None, **facts: Any) -> Response:
    status, title = CODES[code]
    said = {"type": f"urn:suki:{code}", "title": title, "status": status, "code": code, **facts}
    return Response(json.dumps(said) + "\n", status, headers, mimetype=MIMETYPE)


def answer_to(error: HTTPException) -> Response:
    """What the frame refused: an address, a method, a body that is too large."""
    status = error.code or 500
    if isinstance(error, NotSetUp):
        code = "not_set_up"
    else:
        code = "other_site" if isinstance(error, FromAnotherSite) else code_of(status)
    headers = {name: value for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")}
    return answer(code, headers=headers)


def code_of(status: int) -> str:
    return _OF_STATUS.get(status, "malformed" if status < 500 else "internal_error")
