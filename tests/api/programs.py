"""Programs to knock at the API with: each has a token, and holds every answer that it gets to the description."""

import uuid
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from blueprints import clock
from blueprints.api.describing import OPERATIONS
from blueprints.api.reading_requests import check_body
from blueprints.problems import CODES, MIMETYPE
from blueprints.tokens import hash_of, new_token
from models import ApiToken, User, db, writing

ORDER = {
    "number": "5001",
    "customer_name": "Maria Santos",
    "customer_email": "maria@example.com",
    "items": [{"name": "Adobo set", "sku": "ADOBO-4", "quantity": 2, "price": 48000}],
}


class Answer:
    def __init__(self, response: TestResponse) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text
        self.json: Any = response.get_json(force=True)
        if self.status >= 400:
            assert response.mimetype == MIMETYPE
            check_body(self.json, "Problem")
            assert CODES[self.code] == (self.status, self.json["title"])

    @property
    def code(self) -> str:
        return str(self.json["code"])

    @property
    def pointers(self) -> list[str]:
        """Where the faults are."""
        return [fault.get("pointer", fault.get("parameter")) for fault in self.json["errors"]]


class Program:
    def __init__(self, app: Flask, token: str | None, address: str = "127.0.0.1") -> None:
        self.app, self.token = app, token
        self.client = app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = address

    def get(self, url: str, **headers: str) -> Answer:
        return Answer(self.client.get(f"/api/v1{url}", headers=self._headers(headers)))

    def post(self, url: str, body: Any = None, *, key: str | None = None, **options: Any) -> Answer:
        headers = self._headers({**options.pop("headers", {}), **({"Idempotency-Key": key} if key else {})})
        sent = options or {"json": {} if body is None else body}
        return Answer(self.client.post(f"/api/v1{url}", headers=headers, **sent))

    def cancel(self, order: Any, *, key: str | None = None, **wish: Any) -> Answer:
        return self.post(f"/orders/{order.id}/cancel", wish, key=key or str(uuid.uuid4()))

    def create(self, *, key: str | None = None, **changes: Any) -> Answer:
        body = {name: value for name, value in {**ORDER, **changes}.items() if value is not None}
        return self.post("/orders", body, key=key)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **more}


def program_of(app: Flask, *, name: str = "Storefront", may_write: bool = True, maker: str = "olive") -> Program:
    """With a token that was made a moment ago; making one by the page has tests of its own."""
    token = f"suki_{new_token()}"
    with app.app_context(), writing() as session:
        made = {"created_at": clock.now(), "last_used_at": clock.now()}
        session.add(
            ApiToken(
                name=name,
                token_hash=hash_of(token),
                last_four=token[-4:],
                may_write=may_write,
                created_by_id=session.scalars(select(User.id).where(User.email == f"{maker}@example.com")).one(),
                **made,
            )
        )
    return Program(app, token)


def described(app: Flask) -> set[tuple[str, str]]:
    """Path and method of each operation."""
    return {(operation.path, operation.method) for operation in OPERATIONS.values()}


def revoke(app: Flask, name: str = "Storefront") -> None:
    with app.app_context(), writing() as session:
        token = session.scalars(select(ApiToken).where(ApiToken.name == name)).one()
        token.revoked_at = clock.now()
    with app.app_context():
        db.session.remove()
