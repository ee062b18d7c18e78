"""Reads a page as a person would, and holds every page of every test to the rules of the house."""

import re
from collections import Counter, defaultdict
from urllib.parse import urlsplit

import html5lib
from bs4 import BeautifulSoup, Tag
from werkzeug.test import TestResponse


class Page:
    """One answer: `status`, where it leads, and what stands on it."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.location = urlsplit(response.headers.get("Location", "")).path
        self.is_html = response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308)
        self.soup = BeautifulSoup(response.text if self.is_html else "", "html.parser")
        if self.is_html:
            inspect(self)

    def select(self, selector: str) -> list[Tag]:
        return list(self.soup.select(selector))

    def one(self, selector: str) -> Tag:
        found = self.select(selector)
        assert len(found) == 1, f"{len(found)} of {selector} on {self.h1!r}"
        return found[0]

    @property
    def h1(self) -> str:
        return words(self.soup.h1)

    @property
    def text(self) -> str:
        """What a reader sees in the main part of the page."""
        return words(self.soup.main)

    @property
    def messages(self) -> list[str]:
        """What was said after the last step."""
        return [words(message) for message in self.select("[role=status] .message, [role=alert] .message")]

    @property
    def refusal(self) -> str:
        """Why something was not done."""
        return words(self.one("[data-refusal]"))

    @property
    def errors(self) -> dict[str, str]:
        """By field name."""
        return {str(error["data-error-for"]): words(error) for error in self.select("[data-error-for]")}

    @property
    def token(self) -> str | None:
        field = self.soup.select_one("input[name=csrf_token]")
        return str(field["value"]) if field else None

    def value(self, name: str) -> str | None:
        """What stands in a field."""
        field = self.soup.select_one(f"main [name='{name}']")
        assert field is not None, f"no field {name} on {self.h1!r}"
        if field.name == "textarea":
            return field.get_text().replace("\r\n", "\n").removeprefix("\n")
        if field.name == "select":
            chosen = field.select_one("option[selected]")
            return str(chosen["value"]) if chosen else None
        if field.get("type") == "radio":
            checked = self.soup.select_one(f"main [name='{name}'][checked]")
            return str(checked["value"]) if checked else None
        return str(field.get("value", ""))

    def fields(self, action: str) -> dict[str, str]:
        """What sending a form unchanged would send: for following the way a browser goes."""
        form = self.one(f"form[action='{action}']")
        sent = {}
        for control in form.select("input[name], select[name], textarea[name]"):
            name = str(control["name"])
            if control.get("type") in ("checkbox", "radio") and not control.has_attr("checked"):
                continue
            if control.get("type") in ("submit", "file"):
                continue
            value = self.value(name) if control.name != "input" else str(control.get("value", ""))
            sent[name] = value or ("y" if control.get("type") == "checkbox" else "")
        return sent


def words(element: Tag | None) -> str:
    return " ".join(element.get_text(" ").split()) if element else ""


# Texts and values in which nothing is that a parser may complain about. In a table a text is a fault, blanks are none.
_PLAIN = r"[^\"<>&\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe-\U0010ffff]"
_PLAIN_PARTS = re.compile(rf'="{_PLAIN}*"|>(?=\s*[^\s<>&]){_PLAIN}*<')
_SHAPES_PARSED: set[int] = set()


def parse_strictly(html: str) -> None:
    """Raises html5lib's ParseError. Most pages have a shape of which one was parsed before, and it takes as long to
    parse a page as to make it."""
    shape = hash(_PLAIN_PARTS.sub(lambda part: f"{part[0][0]}x{part[0][-1]}", html))
    if shape not in _SHAPES_PARSED:
        html5lib.HTMLParser(strict=True).parse(html)
        _SHAPES_PARSED.add(shape)


def inspect(page: Page) -> None:
    """The rules of the house. A page that breaks one fails the test that met it."""
    parse_strictly(page.response.text)
    soup, headers = page.soup, page.response.headers
    elements = soup.find_all(True)  # walked once: every page of every test comes through here
    there = defaultdict(list)
    for element in elements:
        there[element.name].append(element)
    assert len(there["h1"]) == 1, f"{len(there['h1'])} h1 on {page.response.request.path}"
    assert words(soup.title).startswith(page.h1), f"{words(soup.title)!r} does not begin with {page.h1!r}"
    assert soup.html is not None
    assert soup.html.get("lang"), "no language"
    ids = Counter(str(element["id"]) for element in elements if element.has_attr("id"))
    assert not [name for name, times in ids.items() if times > 1], f"ids used twice: {ids.most_common(3)}"
    labels = {label.get("for") for label in there["label"]}
    for control in there["input"] + there["select"] + there["textarea"]:
        assert control.get("type") == "hidden" or _label(labels, control), f"{control} has no label"
    twice = [choice for choice in there["select"] if len(choice.find_all("option", selected=True)) > 1]
    assert not twice, f"more than one is chosen in {twice[0].get('name')}"
    for form in there["form"]:
        if form.get("method") == "post":
            assert form.get("action"), f"{form} has no action"
            assert form.find("input", attrs={"name": "csrf_token"}), f"form to {form['action']} has no token"
    for element in elements:
        inline = [name for name in element.attrs if name.startswith("on") or name == "style"]
        assert not inline, f"{element.name} has {inline}"
        for name in ("aria-describedby", "aria-labelledby"):
            for target in str(element.get(name) or "").split():
                assert target in ids, f"{name}={target} leads nowhere"
    assert not [script for script in there["script"] if not script.get("src")], "inline script"
    assert all(image.has_attr("alt") for image in there["img"])
    assert "'unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def _label(labels: set[object], control: Tag) -> bool:
    named = control.get("id") and control["id"] in labels
    return bool(named or control.get("aria-label") or control.get("aria-labelledby") or control.find_parent("label"))
