"""Whatever people write is text on every page and in every email, in a real browser with no policy to save it; and with
the policy on, nothing that Suki does itself offends it."""

import shutil
from itertools import cycle

import pytest
from jinja2 import BaseLoader
from sqlalchemy import select

from blueprints import schema
from blueprints.auth.passwords import hash_password
from blueprints.demo.making import make_demo
from blueprints.demo_accounts import DEMO_PASSWORD
from blueprints.orders.telling import customer_email
from models import Email, db
from tests.browser import sign_in
from tests.conftest import make_app
from tests.gates.planting import Planter
from tests.journeys.test_every_page import PAGES
from tests.people import signed_in
from tests.serving import serving

pytestmark = pytest.mark.browser

RUN = "window.ran=(window.ran||0)+1"
PAYLOADS = [
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}><i>",
    f'"><b onmouseover={RUN}>',
    f"'><details open ontoggle={RUN}>",
    f"</title><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</style></script><script>{RUN}</script>",
    f'" autofocus onfocus="{RUN}" x="',
    f"' onfocus='{RUN}' autofocus '",
    f"javascript:{RUN}",
    "{{7*7}}<b>{%x%}",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'>",
    f"&lt;img src=x onerror={RUN}&gt;<base href=//evil.example>",
]
assert len(PAYLOADS) == 14

# Foreign: what no template of ours writes, and what stands in attributes that none of ours has.
FOREIGN = """() => {
  const ours = "[sandbox=''][src^='/orders/emails/']";
  const strange = [...document.querySelectorAll(
    `base, iframe:not(${ours}), object, embed, font, marquee, details[ontoggle]`)];
  const marked = [...document.querySelectorAll("*")].filter(node =>
    [...node.attributes].some(one => one.name.startsWith("on") || /^\\\\s*javascript:/i.test(one.value)
      && ["href", "src", "action", "formaction"].includes(one.name)));
  const scripts = [...document.querySelectorAll("script")].filter(node => !node.src);
  const bold = [...document.querySelectorAll("main b, svg i, img[src='x']")];
  return [window.ran ? `ran ${window.ran} times` : null,
    ...[...strange, ...marked, ...scripts, ...bold].map(node => node.outerHTML.slice(0, 120))].filter(Boolean);
}"""
VALUES = {"slug": "cancel-an-order", "way": "up", "name": "x", "secret": "x", "token": "x", "filename": "icon.svg"}
MOST = {"order_id": 12, "ticket_id": 3, "refund_id": 3, "user_id": 4, "email_id": 40, "product_id": 1}


class Store:
    """One store for all payloads: each field has the next one of them, so that pages show all of them together."""

    def __init__(self, first_day, folder) -> None:
        shutil.copy(first_day, folder / "suki.db")
        self.app = make_app(folder)
        self.fields: set[str] = set()
        self.texts = cycle(PAYLOADS)
        self.number = 0
        self.planter = Planter(self.app, self.say)
        self.planter.plant()
        self.emails = self.planter.shop.all(select(Email))

    def say(self, field: str, most: int) -> str:
        self.fields.add(field)
        self.number += 1
        text = next(text for text in self.texts if len(text) + 3 <= most or most < 30)
        return f"{text[: most - 3]}{self.number % 1000}"  # some of them must differ

    def pages(self) -> list[str]:
        """Every address that can be looked at, for the first few records of each kind; with text in the address too."""
        found = ["/orders/?q={}", "/products/?q={}", "/support/tickets?q={}", "/orders/emails?q={}", "/not-here-{}",
                 "/?next={}"]  # fmt: skip
        found = [url.format(text.replace("#", "").replace("%", "")) for url in found for text in PAYLOADS[:4]]
        adapter = self.app.url_map.bind("")
        for rule in self.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in ("static", "orders.ask_by_link", "auth.reset"):
                continue
            if rule.rule.startswith("/api/") or rule.rule.endswith(".csv"):
                continue
            ids = [name for name in rule.arguments if name.endswith("_id")]
            rest = {name: VALUES[name] for name in rule.arguments if name not in ids}
            for number in range(1, (MOST.get(ids[0], 2) if ids else 1) + 1):
                found.append(adapter.build(rule.endpoint, {**rest, **dict.fromkeys(ids, number)}))
        return found


def faults_in(chromium, store: Store, *, pages: list[str], emails: list[Email]) -> tuple[list[str], int]:
    """What ran, or stands there as a node that is none of ours; and how many pages were seen."""
    faults, seen = [], 0
    with serving(store.app) as address:
        context = chromium.new_context(bypass_csp=True)
        page = context.new_page()
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        for name in ("olive", "uma"):
            cookie = signed_in(store.app, name).client.get_cookie(store.app.config["SESSION_COOKIE_NAME"])
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
            for url in pages if name == "olive" else [one for one in pages if "/support/" in one]:
                answer = context.request.get(address + url, max_redirects=0)
                if "html" not in answer.headers.get("content-type", "") or answer.status in (303, 302):
                    continue
                page.goto(address + url)
                seen += 1
                faults += [f"{url} as {name}: {one}" for one in page.evaluate(FOREIGN)]
        for email in emails:
            page.set_content(email.html)
            faults += [f"{email.kind}: {one}" for one in page.evaluate(FOREIGN)]
        context.close()
    return faults + dialogs, seen


@pytest.fixture
def store(first_day, tmp_path):
    return Store(first_day, tmp_path)


@pytest.mark.minutes
def test_no_text_is_more_than_text_on_any_page_or_in_any_email(gate, chromium, store):
    faults, pages = faults_in(chromium, store, pages=store.pages(), emails=store.emails)
    assert faults == []
    gate.figure(
        f"14 payloads in {len(store.fields)} fields, {pages} pages and {len(store.emails)} emails in Chromium without "
        "a policy: 0 dialogs, 0 foreign nodes"
    )


class Careless(BaseLoader):
    """One `safe` too many, on the order's page."""

    def __init__(self, loader: BaseLoader) -> None:
        self.loader = loader

    def get_source(self, environment, template):
        source, filename, uptodate = self.loader.get_source(environment, template)
        return source.replace("{{ order.customer_name }}", "{{ order.customer_name|safe }}"), filename, uptodate


@pytest.mark.control
def test_with_one_safe_it_is_more_than_text(gate, chromium, store):
    store.app.jinja_env.bytecode_cache = None
    store.app.jinja_env.loader = Careless(store.app.jinja_env.loader)
    urls = [f"/orders/{number}" for number in range(1, 9)]
    faults, _ = faults_in(chromium, store, pages=urls, emails=[])
    assert [fault for fault in faults if "ran" in fault], faults
    gate.figure(f"one `safe`: {len(faults)} foreign nodes on {len(urls)} pages")


@pytest.mark.minutes
def test_with_the_policy_on_nothing_of_ours_offends_it(gate, browser_page, tmp_path):
    """The browser's console is watched on every page of a full store; an offence is an error on it."""
    app = make_app(tmp_path, MAIL_SERVER=None)
    with app.app_context():
        schema.bring_up_to_date()
        make_demo(password_hash=hash_password(DEMO_PASSWORD), write_email=customer_email)
    with serving(app) as address:
        page = browser_page()
        sign_in(page, address, "ana", DEMO_PASSWORD)
        for url in PAGES:
            page.goto(address + url)
    with app.app_context():
        db.engine.dispose()
    gate.figure(f"a walk through {len(PAGES)} pages with the policy on: 0 violations")
