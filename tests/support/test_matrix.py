"""Every route, for every role and every state of a window: what is answered, and that a refusal changes nothing."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints import clock
from models import (
    AccessWindow,
    Attachment,
    AttachmentKind,
    Email,
    Product,
    Role,
    User,
    WebhookEndpoint,
    WindowEntry,
    WindowScope,
    db,
    writing,
)
from tests.conftest import make_app
from tests.people import PASSWORD_HASH, Visitor, signed_in
from tests.shop import Shop
from tests.storing import ON_POSTGRES, Outsider, copy_shop, shop_of
from tests.support.files import PNG
from tests.support.inside import enter, open_window, window_of

PUBLIC, EVERYBODY, MERCHANT, OWNER, AGENT = "public", "everybody", "merchant", "owner", "agent"
TOKEN = "a program with a token, and nobody with a session"
LIST = "the merchant, and an agent inside"
ORDER = "the merchant, and an agent inside whose window covers the order"
ENTRY = "an agent, while the window is open"

# Who may use each view. A new view has no row, and fails until somebody decides.
TABLE = {
    "api.description": PUBLIC,
    "api.order": TOKEN,
    "api.order_cancel": TOKEN,
    "api.order_list": TOKEN,
    "api.order_new": TOKEN,
    "api.token_copied": OWNER,
    "api.token_revoke": OWNER,
    "api.token_shown": OWNER,
    "api.tokens": OWNER,
    "auth.all_sessions": OWNER,
    "auth.confirm": EVERYBODY,
    "auth.everybody": OWNER,
    "auth.everybody_sign_out": OWNER,
    "auth.forgot": PUBLIC,
    "auth.login": PUBLIC,
    "auth.login_code": PUBLIC,
    "auth.login_second_factor": PUBLIC,
    "auth.logout": EVERYBODY,
    "auth.other_sessions_end": EVERYBODY,
    "auth.own_session_end": EVERYBODY,
    "auth.own_sessions": EVERYBODY,
    "auth.password": EVERYBODY,
    "auth.recovery_codes": EVERYBODY,
    "auth.recovery_codes_kept": EVERYBODY,
    "auth.recovery_codes_renew": EVERYBODY,
    "auth.reset": PUBLIC,
    "auth.second_factor": EVERYBODY,
    "auth.second_factor_off": EVERYBODY,
    "auth.second_factor_set_up": EVERYBODY,
    "auth.session_end": OWNER,
    "auth.user": OWNER,
    "auth.user_disable": OWNER,
    "auth.user_enable": OWNER,
    "auth.user_new": OWNER,
    "auth.user_password": OWNER,
    "auth.user_second_factor": OWNER,
    "auth.user_sign_out": OWNER,
    "auth.users": OWNER,
    "backups.download": OWNER,
    "backups.listing": OWNER,
    "backups.make_now": OWNER,
    "demo.ask": OWNER,
    "demo.reset": OWNER,
    "doctor.health": OWNER,
    "doctor.health_of_mail": OWNER,
    "doctor.healthz": PUBLIC,
    "help.article": EVERYBODY,
    "help.article_feedback": EVERYBODY,
    "help.contents": EVERYBODY,
    "help.feedback": OWNER,
    "insights.export": MERCHANT,
    "insights.overview": MERCHANT,
    "orders.ask": PUBLIC,
    "orders.ask_by_link": PUBLIC,
    "orders.ask_sent": PUBLIC,
    "orders.booking": MERCHANT,
    "orders.booking_cancel": MERCHANT,
    "orders.accept": MERCHANT,
    "orders.bulk": MERCHANT,
    "orders.bulk_discard": MERCHANT,
    "orders.bulk_gather": MERCHANT,
    "orders.bulk_start": MERCHANT,
    "orders.bulk_tickets": MERCHANT,
    "orders.bulks": MERCHANT,
    "orders.cancel": ORDER,
    "orders.cancel_from_status": MERCHANT,
    "orders.cancel_items": MERCHANT,
    "orders.cancel_items_preview": MERCHANT,
    "orders.cancel_preview": ORDER,
    "orders.customer": MERCHANT,
    "orders.detail": ORDER,
    "orders.discard": MERCHANT,
    "orders.email": MERCHANT,
    "orders.email_address": MERCHANT,
    "orders.email_again": MERCHANT,
    "orders.email_html": MERCHANT,
    "orders.emails": MERCHANT,
    "orders.export": MERCHANT,
    "orders.import_sample": MERCHANT,
    "orders.import_file": MERCHANT,
    "orders.import_page": MERCHANT,
    "orders.keep": MERCHANT,
    "orders.listing": LIST,
    "orders.new": MERCHANT,
    "orders.new_rows": MERCHANT,
    "orders.note": MERCHANT,
    "orders.outbox": OWNER,
    "orders.outbox_try": OWNER,
    "orders.outbox_try_failed": OWNER,
    "orders.outbox_try_waiting": OWNER,
    "orders.payment": MERCHANT,
    "orders.booking_waybill": MERCHANT,
    "orders.payment_correct": MERCHANT,
    "orders.refund_correct": MERCHANT,
    "orders.settlement_reverse": MERCHANT,
    "orders.refund": MERCHANT,
    "orders.refund_owed": MERCHANT,
    "orders.refunds": MERCHANT,
    "orders.reinstate": MERCHANT,
    "orders.request_decline": MERCHANT,
    "orders.settle": MERCHANT,
    "orders.start": MERCHANT,
    "orders.status": MERCHANT,
    "orders.status_preview": MERCHANT,
    "orders.today": MERCHANT,
    "orders.undo": MERCHANT,
    "orders.waive": MERCHANT,
    "privacy.customer": OWNER,
    "privacy.data": OWNER,
    "privacy.emails": OWNER,
    "privacy.erase": OWNER,
    "privacy.erase_save": OWNER,
    "privacy.export": OWNER,
    "privacy.overview": OWNER,
    "products.change": MERCHANT,
    "products.export": MERCHANT,
    "products.import_file": MERCHANT,
    "products.import_save": MERCHANT,
    "products.listing": MERCHANT,
    "products.move": MERCHANT,
    "products.new": MERCHANT,
    "products.offered": MERCHANT,
    "products.product": MERCHANT,
    "settings.alerts": OWNER,
    "settings.alerts_test": OWNER,
    "settings.cancelling": OWNER,
    "settings.courier": OWNER,
    "settings.courier_add": OWNER,
    "settings.courier_off": OWNER,
    "settings.courier_on": OWNER,
    "settings.couriers": OWNER,
    "settings.overview": OWNER,
    "settings.reason": OWNER,
    "settings.reason_add": OWNER,
    "settings.reason_move": OWNER,
    "settings.reason_off": OWNER,
    "settings.reason_on": OWNER,
    "settings.reasons": OWNER,
    "settings.requests": OWNER,
    "settings.store": OWNER,
    "settings.support": OWNER,
    "settings.unpaid": OWNER,
    "static": PUBLIC,
    "support.assign_to": AGENT,
    "support.attachment": EVERYBODY,
    "support.close": MERCHANT,
    "support.enter": ENTRY,
    "support.extend_window": MERCHANT,
    "support.leave": AGENT,
    "support.new_ticket": MERCHANT,
    "support.open_window": MERCHANT,
    "support.reply": EVERYBODY,
    "support.revoke_window": MERCHANT,
    "support.solve": AGENT,
    "support.ticket": EVERYBODY,
    "support.tickets": EVERYBODY,
    "support.watch": MERCHANT,
    "support.window": MERCHANT,
    "webhooks.again": OWNER,
    "webhooks.change": OWNER,
    "webhooks.endpoint": OWNER,
    "webhooks.listing": OWNER,
    "webhooks.new": OWNER,
    "webhooks.off": OWNER,
    "webhooks.on": OWNER,
    "webhooks.secret": OWNER,
    "webhooks.secret_renew": OWNER,
    "webhooks.test": OWNER,
}
# No record stands behind these here, so whoever may use them is told that there is none.
ABSENT = {
    "auth.reset", "demo.ask", "demo.reset", "orders.import_page", "orders.start", "orders.discard",
    "backups.download", "orders.ask_by_link", "orders.refund_owed", "orders.settle", "orders.waive",
    "orders.settlement_reverse",
    "webhooks.again",
    "orders.bulk", "orders.bulk_discard", "orders.bulk_start", "orders.bulk_tickets",
    "api.token_revoke",
    "auth.own_session_end",  # but for the owner, whose other browser it is
    *(["backups.make_now"] if ON_POSTGRES else []),  # whose server has backups of its own
}  # fmt: skip
AGENTS = ("outside", "this", "another", "all", "expired", "revoked", "solved")
ACTORS = ("anonymous", "owner", "staff", *AGENTS)
# May see the order of the matrix, order 1; or at least the list.
COVERED, LISTED = ("this", "all"), ("this", "another", "all")
OVER = ("expired", "revoked", "solved")
COUNTED = (
    "events",
    "emails",
    "notes",
    "cancellations",
    "cancel_requests",
    "refunds",
    "settlements",
    "settlement_reversals",
    "ticket_messages",
    "access_windows",
    "window_entries",
    "users",
    "products",
    "stock_movements",
    "webhook_endpoints",
    "webhook_messages",
    "erasures",
)


def expected(kind: str, actor: str) -> int | None:
    """The refusal; None for being let in."""
    if kind == PUBLIC:
        return None
    if kind == TOKEN:
        return 401
    if actor == "anonymous":
        return 303
    allowed = {
        EVERYBODY: ACTORS,
        MERCHANT: ("owner", "staff"),
        OWNER: ("owner",),
        AGENT: AGENTS,
        ENTRY: [agent for agent in AGENTS if agent not in OVER],
        LIST: ("owner", "staff", *LISTED),
        ORDER: ("owner", "staff", *COVERED),
    }[kind]
    if actor in allowed:
        return None
    return 404 if kind == ORDER and actor in LISTED else 403


@dataclass(frozen=True)
class Actor:
    """Somebody with a browser, in a shop where the windows stand as they should for them."""

    app: Flask
    name: str
    values: dict[str, Any]
    cookie: str | None
    token: str | None

    def asks(self, endpoint: str, method: str) -> Any:
        adapter = self.app.url_map.bind("localhost")
        wanted = {name: value for name, value in self.values.items() if name in self._arguments(endpoint, method)}
        client = self.app.test_client()
        if self.cookie:
            client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.cookie)
        url = adapter.build(endpoint, wanted, method=method)
        with client.open(url, method=method, data={"csrf_token": self.token} if method == "POST" else None) as answer:
            return answer

    def _arguments(self, endpoint: str, method: str) -> set[str]:
        rules = [rule for rule in self.app.url_map.iter_rules(endpoint) if method in (rule.methods or ())]
        return set(rules[0].arguments)

    def restore(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        copy_shop(shop_of(self.app).with_name("start.db"), shop_of(self.app))

    def counts(self) -> list[int]:
        with Outsider(shop_of(self.app)) as other:
            query = " UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in COUNTED)
            query += " UNION ALL SELECT sum(version) FROM orders"
            return [row[0] for row in other.run(query)]


def made(first_day: Path, folder: Path, name: str) -> Actor:
    copy_shop(first_day, folder / "suki.db")
    app = make_app(folder)
    shop, olive = Shop(app), signed_in(app, "olive")
    tickets = [_ticket(olive, shop) for _ in range(2)]
    with app.app_context(), writing() as session:
        now = clock.now()
        session.add(User(email="x@example.com", name="X", role=Role.STAFF, password_hash=PASSWORD_HASH, created_at=now))
        file = {"filename": "a.png", "kind": AttachmentKind.PNG, "size": len(PNG), "content": PNG}
        session.add(Attachment(ticket_id=tickets[0], **file))
        session.add(Product(sku="ADOBO-4", name="Adobo set", created_at=now))
        session.add(WebhookEndpoint(url="https://example.com/", created_at=now, secret_nonce="0" * 32))
    sent = olive.post("/orders/2/status", status="accepted", version=1)
    assert sent.status == 303
    values = {
        "order_id": 1, "user_id": 4, "email_id": shop.first(select(Email).where(Email.order_id == 2)).id,
        "ticket_id": tickets[0], "attachment_id": 1, "courier_id": 1, "reason_id": 2, "import_id": 1,
        "refund_id": 1, "settlement_id": 1, "bulk_id": 1, "product_id": 1,
        "session_id": 1, "endpoint_id": 1, "message_id": 1, "token_id": 1,
        "slug": "cancel-an-order", "way": "up", "secret": "x", "token": "x", "filename": "icon.svg", "name": "x",
    }  # fmt: skip
    visitor = _placed(app, shop, olive, tickets, name, values)
    visitor.get("/login" if name == "anonymous" else "/help/")
    cookie = visitor.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    actor = Actor(app, name, values, cookie.value if cookie else None, visitor.token)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    copy_shop(folder / "suki.db", folder / "start.db")
    return actor


def _ticket(olive: Visitor, shop: Shop) -> int:
    order = shop.booked_order()
    return int(olive.post(f"/support/tickets/new?order={order.id}", reason="Why").location.rpartition("/")[2])


def _placed(app: Flask, shop: Shop, olive: Visitor, tickets: list[int], name: str, values: dict[str, Any]) -> Visitor:
    ticket = tickets[1] if name == "another" else tickets[0]
    visitor = (
        Visitor(app) if name == "anonymous" else signed_in(app, {"owner": "olive", "staff": "sam"}.get(name, "uma"))
    )
    if name == "expired":
        values["window_id"] = _expired(app, ticket)
        return visitor
    assert open_window(olive, ticket, scope="all" if name == "all" else "order").status == 303
    window = window_of(shop, ticket)
    values["window_id"] = window.id
    if name in LISTED or name in OVER:
        assert enter(visitor, window).status == 303
    if name == "revoked":
        olive.post(f"/support/windows/{window.id}/revoke")
    elif name == "solved":
        visitor.post(f"/support/tickets/{ticket}/solve")
    return visitor


def _expired(app: Flask, ticket: int) -> int:
    """Its time is up, and nobody has noticed."""
    with app.app_context(), writing() as session:
        now = clock.now()
        past = {"opened_at": now - timedelta(hours=2), "expires_at": now - timedelta(hours=1), "opened_by_id": 1}
        window = AccessWindow(ticket_id=ticket, scope=WindowScope.ORDER, order_id=1, **past)
        session.add(window)
        session.flush()
        session_id = session.connection().exec_driver_sql("SELECT max(id) FROM user_sessions").scalar()
        entry = {"user_id": 3, "user_session_id": session_id, "entered_at": now - timedelta(minutes=90)}
        session.add(WindowEntry(window_id=window.id, **entry))
        return window.id


def cells(app: Flask) -> list[tuple[str, str]]:
    return sorted(
        {
            (rule.endpoint, method)
            for rule in app.url_map.iter_rules()
            for method in ("GET", "POST")
            if method in (rule.methods or ())
        }
    )


def wrong(actor: Actor, endpoint: str, method: str) -> str | None:
    """What is wrong with the answer, if anything is."""
    refusal, before = expected(TABLE[endpoint], actor.name), actor.counts()
    answer = actor.asks(endpoint, method)
    said = f"{method} {endpoint} as {actor.name}: {answer.status_code}"
    if refusal is None:
        is_absent = answer.status_code == 404 and endpoint in ABSENT
        led_away = TABLE[endpoint] != PUBLIC and answer.headers.get("Location", "").startswith("/login")
        is_fine = (answer.status_code < 500 and answer.status_code not in (400, 403, 404, 405)) or is_absent
        return None if is_fine and (not led_away or endpoint == "auth.logout") else said
    if answer.status_code != refusal or (refusal == 303 and not answer.headers["Location"].startswith("/login")):
        return f"{said}, not {refusal}"
    if actor.name != "expired" and actor.counts() != before:
        return f"{said}, and yet something was changed"
    return None


@pytest.mark.parametrize("name", ACTORS)
def test_each_route_answers_each_role_as_the_table_says(first_day, tmp_path, name):
    actor, faults = made(first_day, tmp_path, name), []
    for endpoint, method in cells(actor.app):
        faults.append(wrong(actor, endpoint, method))
        if method == "POST" and expected(TABLE[endpoint], name) is None:
            actor.restore()
    assert list(filter(None, faults)) == []


def test_each_route_has_its_row(app):
    assert {endpoint for endpoint, _method in cells(app)} ^ set(TABLE) == set()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PURGE"])
def test_no_other_method_opens_anything(app, olive, method):
    for url in ("/orders/", "/orders/1", "/orders/1/cancel", "/support/windows/1/revoke", "/settings/"):
        assert olive.client.open(url, method=method).status_code == 405


def test_no_header_makes_one_method_another(olive, shop):
    order = shop.order()
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = olive.client.get(f"/orders/{order.id}/status", headers={header: "POST"})
        assert answer.status_code == 405
