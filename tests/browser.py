"""A real browser for the tests that are marked browser, and what each page that it opens must not do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Playwright, Request, Response
from playwright.sync_api import sync_playwright as start_playwright

from tests.people import PASSWORD

# The first has no windows to draw, and tests take two thirds of the time in it.
NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
CHANNELS = ("chrome", "msedge")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
NO_BROWSER = "The browser tests need Chromium, Chrome or Edge, and none is here: apt install chromium"
LOCAL = {"127.0.0.1", "localhost"}


def is_root() -> bool:
    return os.name == "posix" and os.geteuid() == 0


def find_on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def install_on_debian() -> str | None:
    """A machine made for the tests has no browser yet; there, as root, one of Debian's own is installed."""
    if not (is_root() and Path("/etc/debian_version").exists()):
        return None
    import fcntl

    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with (Path(sys.prefix) / "apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the tests run in several processes, and apt-get in one
        if not find_on_path():
            subprocess.run(["apt-get", "update", "-qq"], env=env, check=False)
            for package in ("chromium-headless-shell", "chromium"):
                if subprocess.run(["apt-get", "install", "-qq", "-y", package], env=env, check=False).returncode == 0:
                    break
    return find_on_path()


def launch(playwright: Playwright) -> Browser:
    options = {"args": list(QUIET), "chromium_sandbox": not is_root()}
    if path := find_on_path():
        return playwright.chromium.launch(executable_path=path, **options)
    for channel in CHANNELS:
        try:
            return playwright.chromium.launch(channel=channel, **options)
        except Error:
            continue
    if path := install_on_debian():
        return playwright.chromium.launch(executable_path=path, **options)
    pytest.fail(NO_BROWSER, pytrace=False)


def sign_in(page: Page, address: str, name: str, password: str = PASSWORD) -> None:
    """Through the form, until the page of today is there."""
    page.goto(f"{address}/login")
    page.get_by_label("Email").fill(f"{name}@example.com")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")


def wait_until(page: Page, expression: str) -> None:
    """As the page's own wait_for_function, which the policy of our pages does not let in."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never so: {expression}")


_BUSY_ONCE = """() => {
    const ask = window.fetch
    window.fetch = async () => { window.wasBusy = true; window.fetch = ask; return new Response("", { status: 502 }) }
}"""


def be_busy_once(page: Page) -> None:
    """The next that its scripts ask for is answered as by a proxy while Suki is started again. Waits until it was."""
    page.evaluate(_BUSY_ONCE)
    wait_until(page, "window.wasBusy")


# All that axe tells takes long to be handed over: only what somebody reads comes back.
_LOOK = """options => axe.run(options).then(
    found => found.violations.map(fault => `${fault.id} at ${fault.nodes[0].target}`))"""


def found_by_axe(page: Page, **options: object) -> list[str]:
    """What stands in somebody's way on a page, each with where it is first; `options` are those of axe.run."""
    page.evaluate(AXE_SCRIPT)
    faults: list[str] = page.evaluate(_LOOK, {"resultTypes": ["violations"], **options})
    return [f"{page.url}: {fault}" for fault in faults]


def width_of(page: Page) -> int:
    """Of all that stands on it. What a click has just led to may have nothing on it yet, so it is waited for."""
    page.wait_for_load_state("domcontentloaded")
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


def watch(page: Page) -> list[str]:
    """Lists what no page may do; a style or script that the policy blocks is an error on its console."""
    faults: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # An answer of 409 or 404 to a visit is the page's to test; on_response tells of all others.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            faults.append(f"{page.url}: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            faults.append(f"{page.url}: {response.status} for {response.url}")

    def on_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme.startswith(("http", "ws")) and address.hostname not in LOCAL:
            faults.append(f"{page.url}: asked another machine, {request.url}")

    page.on("console", on_console)
    page.on("response", on_response)
    page.on("request", on_request)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    return faults


@pytest.fixture(scope="session")
def chromium():
    with start_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(chromium):
    """Opens pages: browser_page(width=390, scheme="dark"); each is watched until the test ends."""
    opened = []

    def open_page(width: int = 1440, height: int = 900, scheme: str = "light", **options) -> Page:
        viewport = {"width": width, "height": height}
        page = chromium.new_context(viewport=viewport, color_scheme=scheme, **options).new_page()
        page.set_default_timeout(10_000)
        opened.append((page, watch(page)))
        return page

    yield open_page
    for page, _ in opened:
        page.context.close()
    if faults := [fault for _, faults in opened for fault in faults]:
        pytest.fail("\n".join(faults), pytrace=False)
