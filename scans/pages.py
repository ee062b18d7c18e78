"""Writes every page as HTML into a folder, as each person sees it in a full and in an empty store.

python scans/pages.py FOLDER

A person goes wherever links lead, three times through each kind of page; then sends each form once, empty.
"""

import sys
import tempfile
from collections import Counter, deque
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from flask import Flask, Response
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

sys.path.insert(0, str(Path(__file__).parent.parent))
from app import create_app
from blueprints import schema
from blueprints.auth.adding_users import add_user
from blueprints.auth.passwords import hash_password
from blueprints.demo.making import make_demo
from blueprints.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from blueprints.orders.telling import customer_email
from blueprints.settings.opening import open_store
from models import SYSTEM, Email, Language, db

OFTEN = 3
LONG_PASSWORD = f"{DEMO_PASSWORD}-long"
ERRORS = ("/not-here", "/orders/999999", "/settings/users", "/ask/not-a-link", "/logout")
# Whoever sends these is somebody else afterwards, or nobody.
LEFT_ALONE = ("auth.logout", "demo.reset", "auth.sign_out_everywhere")


def make_app(folder: str, *, full: bool) -> Flask:
    app = create_app({"INSTANCE_PATH": folder, "MAIL_SERVER": None, "SECRET_KEY": "a key for one look at every page"})
    with app.app_context():
        schema.bring_up_to_date()
        if full:
            make_demo(password_hash=hash_password(DEMO_PASSWORD), write_email=customer_email)
            return app
        open_store(name="Aling Nena’s", currency="PHP", timezone="Asia/Manila", language=Language.ENGLISH)
        for account in DEMO_ACCOUNTS:
            add_user(
                email=account.email, name=account.name, role=account.role, password=DEMO_PASSWORD + "-long", by=SYSTEM
            )
    return app


class Person:
    def __init__(self, app: Flask, name: str, folder: Path) -> None:
        self.app, self.name, self.folder = app, name, folder
        self.client = app.test_client()
        self.seen: Counter[str] = Counter()
        self.forms: dict[str, str] = {}
        self.tokens: dict[str, str] = {}

    def sign_in(self, email: str, password: str) -> None:
        self.look("/login")
        answer = self.client.post(
            "/login", data={"csrf_token": self.tokens["/login"], "email": email, "password": password}
        )
        assert answer.status_code == 303, f"{email} was not let in"

    def endpoint(self, url: str, method: str = "GET") -> str | None:
        try:
            found, _values = self.app.url_map.bind("127.0.0.1").match(urlsplit(url).path, method)
        except HTTPException:
            return None
        return str(found)

    def walk(self, first: str) -> None:
        waiting, known = deque([first, *ERRORS]), {first}
        while waiting:
            for url in self.look(waiting.popleft()):
                if url not in known:
                    known.add(url)
                    waiting.append(url)
        for endpoint, url in self.forms.items():
            if endpoint not in LEFT_ALONE:
                self.keep(f"sent-{endpoint}", self.client.post(url, data={"csrf_token": self.tokens[url]}))
        self.keep("stale", self.client.post("/login", data={"email": "ana@example.com"}))

    def look(self, url: str) -> list[str]:
        endpoint = self.endpoint(url) or "nothing"
        self.seen[endpoint] += 1
        if self.seen[endpoint] > OFTEN + len(ERRORS):
            return []
        answer = self.client.get(url)
        if answer.status_code in (301, 302, 303, 308):
            return [answer.headers["Location"]] if urlsplit(answer.headers["Location"]).netloc == "" else []
        soup = self.keep(endpoint, answer)
        for form in soup.select("form[method=post]"):
            target = urljoin(url, str(form.get("action", "")))
            if (sent := self.endpoint(target, "POST")) and (token := form.select_one("[name=csrf_token]")):
                self.forms.setdefault(sent, target)
                self.tokens[target] = str(token["value"])
        return [urljoin(url, str(a["href"])) for a in soup.select("a[href]") if not urlsplit(str(a["href"])).netloc]

    def keep(self, what: str, answer: Response) -> BeautifulSoup:
        if answer.mimetype != "text/html" or answer.status_code == 303:
            return BeautifulSoup("", "html.parser")
        number = len(list(self.folder.glob("*.html")))
        (self.folder / f"{number:04}-{self.name}-{what}-{answer.status_code}.html").write_bytes(answer.data)
        return BeautifulSoup(answer.data, "html.parser")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for full in (True, False):
        with tempfile.TemporaryDirectory() as instance:
            app = make_app(instance, full=full)
            password = DEMO_PASSWORD if full else LONG_PASSWORD
            store = "full" if full else "empty"
            with app.app_context():
                for email in db.session.scalars(select(Email).where(Email.html != "")):
                    (folder / f"email-{email.kind}.html").write_text(email.html)
            for account in DEMO_ACCOUNTS:
                person = Person(app, f"{store}-{account.role}", folder)
                person.sign_in(account.email, password)
                person.walk("/")
            Person(app, f"{store}-stranger", folder).walk("/login")
            with app.app_context():
                db.engine.dispose()
    print(len(list(folder.iterdir())), "pages")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
