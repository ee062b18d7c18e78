"""Writes a request file for sqlmap for every form and every address with parameters that the owner of a demo meets:

python scans/points.py https://localhost:8443 FOLDER
"""

import re
import ssl
import sys
import urllib.request
from collections import deque
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

OWNER, PASSWORD = "ana@example.com", "suki-demo"
OFTEN = 2
# Whoever sends these is nobody afterwards, or the store is another.
LEFT_ALONE = re.compile(
    r"/(logout|password|second-factor|demo/reset|settings/users/1/|confirm|settings/webhooks|settings/alerts/test)"
)


class Owner:
    def __init__(self, base: str, folder: Path) -> None:
        self.base, self.folder, self.cookie = base.rstrip("/"), folder, ""
        self.written: set[str] = set()

    def ask(self, path: str, data: bytes | None = None) -> tuple[str, str]:
        """The page, and where it led to."""
        request = urllib.request.Request(self.base + path, data, {"Cookie": self.cookie, "Referer": self.base + path})
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=ssl._create_unverified_context()), Staying
        )
        try:
            answer = opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        self.cookie = (answer.headers.get("Set-Cookie") or self.cookie).split(";")[0]
        html = answer.headers.get_content_type() == "text/html"
        return (answer.read().decode() if html else ""), answer.headers.get("Location", "")

    def sign_in(self) -> None:
        token = BeautifulSoup(self.ask("/login")[0], "html.parser").select_one("[name=csrf_token]")
        assert token is not None
        sent = {"csrf_token": str(token["value"]), "email": OWNER, "password": PASSWORD}
        assert self.ask("/login", urlencode(sent).encode())[1] == "/", "the owner was not let in"

    def walk(self) -> None:
        waiting, known, seen = deque(["/"]), {"/"}, dict[str, int]()
        while waiting:
            path = waiting.popleft()
            kind = shape(path)
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > OFTEN or LEFT_ALONE.search(path) or urlsplit(path).path.startswith("/static"):
                continue
            page, moved = self.ask(path)
            if urlsplit(path).query:
                self.write("GET", path, {})
            soup = BeautifulSoup(page, "html.parser")
            for form in soup.select("form"):
                self.write_form(form, path)
            for found in [moved, *(str(a["href"]) for a in soup.select("a[href]"))]:
                target = urljoin(path, found).partition("#")[0]
                if target.startswith("/") and target not in known:
                    known.add(target)
                    waiting.append(target)

    def write_form(self, form: Tag, path: str) -> None:
        target = urljoin(path, str(form.get("action") or path))
        method = str(form.get("method", "get")).upper()
        fields = {}
        for control in form.select("input[name], select[name], textarea[name], button[name]"):
            values = [str(option["value"]) for option in control.select("option[selected], option") if option["value"]]
            typed = str(control.get("value") or "") or (
                control.get_text().strip() if control.name == "textarea" else ""
            )
            fields[str(control["name"])] = next(iter(values), typed) or "1"
        if method == "GET":
            target = f"{urlsplit(target).path}?{urlencode(fields)}"
        self.write(method, target, {} if method == "GET" else fields)

    def write(self, method: str, target: str, fields: dict[str, str]) -> None:
        kind = f"{method} {shape(target)}" if method == "GET" else f"{shape(urlsplit(target).path)} {sorted(fields)}"
        if kind in self.written or LEFT_ALONE.search(target):
            return
        self.written.add(kind)
        host = urlsplit(self.base).netloc
        lines = [
            f"{method} {target} HTTP/1.1",
            f"Host: {host}",
            f"Cookie: {self.cookie}",
            f"Referer: {self.base}{target}",
        ]
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded", "", urlencode(fields)]
        (self.folder / f"{len(self.written):03}.txt").write_text("\n".join([*lines, ""]))


class Staying(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        """Where an answer leads is for us to follow."""


def shape(path: str) -> str:
    parts = urlsplit(path)
    return re.sub(r"\d+", "1", parts.path) + "?" + "&".join(sorted({name for name, _ in parse_qsl(parts.query, True)}))


if __name__ == "__main__":
    there = Path(sys.argv[2])
    there.mkdir(parents=True, exist_ok=True)
    owner = Owner(sys.argv[1], there)
    owner.sign_in()
    owner.walk()
    print(len(owner.written), "requests")
