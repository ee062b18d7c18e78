"""Has axe look at one page of each kind, as each person of a served demo sees it: python scans/accessible.py http://127.0.0.1:5000

tests/journeys/test_every_page.py does so for a list of pages at each change; this one goes wherever links lead.
"""

import re
import sys
from collections import deque
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

PEOPLE = ("ana@example.com", "ben@example.com", "carla@example.com", None)
PASSWORD = "suki-demo"
NOT_PAGES = re.compile(r"\.csv|\.db$|/html$|/attachments/|/static/|/api/|/demo/reset")


def shape(path: str) -> str:
    parts = urlsplit(path)
    kind = re.sub(r"/ask/.{9,}", "/ask/1", re.sub(r"\d+", "1", parts.path))
    return re.sub(r"/help/(?!feedback).+", "/help/1", kind)


def walk(page: Page, base: str) -> tuple[int, list[str]]:
    waiting, known, faults = deque(["/", "/login", "/ask", "/not-here"]), set[str](), []
    while waiting:
        path = waiting.popleft()
        if shape(path) in known or NOT_PAGES.search(path):
            continue
        known.add(shape(path))
        page.goto(base + path)
        for violation in Axe().run(page).response["violations"]:
            faults.append(f"{path}: {violation['id']} at {violation['nodes'][0]['target']}")
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        waiting += [link.removeprefix(base).partition("#")[0] for link in links if link.startswith(f"{base}/")]
    return len(known), faults


def main(base: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", chromium_sandbox=False)
        for email in PEOPLE:
            page = browser.new_context(ignore_https_errors=True).new_page()
            if email:
                page.goto(f"{base}/login")
                page.get_by_label("Email").fill(email)
                page.get_by_label("Password", exact=True).fill(PASSWORD)
                page.get_by_role("button", name="Sign in").click()
            many, faults = walk(page, base)
            print(f"{email or 'a stranger'}: {many} kinds of pages, {len(faults)} faults", *faults, sep="\n")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
