"""The first page as a phone meets it: how much it loads, whether that is kept, and when the page is there."""

from dataclasses import dataclass, replace
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, CDPSession, Page, Response, ViewportSize, sync_playwright

from bench.servers import Server
from tests.browser import launch

AT_MOST_KB = 60.0
AT_MOST_LCP_MS = 500.0
# “Fast 4G” of Chromium’s own tools, and a processor that is four times as slow.
NETWORK = {"offline": False, "latency": 165, "downloadThroughput": 9e6 * 0.9 / 8, "uploadThroughput": 1.5e6 * 0.9 / 8}
SLOWER = 4
PHONE = ViewportSize(width=390, height=844)

_LCP = """() => new Promise(tell => {
    new PerformanceObserver(list => tell(list.getEntries().at(-1).startTime))
        .observe({type: "largest-contentful-paint", buffered: true})
})"""


@dataclass(frozen=True)
class FirstPage:
    assets: int
    assets_kb: float
    page_kb: float
    kept_for_good: int
    """Of the assets, those that a browser never asks for again: a hash of the content is in their address."""
    again_kb: float
    """What of the assets a second visit loads: a headless Chromium asks for the icon of its tab each time."""
    largest_paint_ms: list[float]
    """When the largest thing on it was there; a value for each first visit."""

    @property
    def middle_ms(self) -> float:
        return median(self.largest_paint_ms)


def look_at_first_page(server: Server, visits: int) -> FirstPage:
    address = f"http://127.0.0.1:{server.port}/login"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        looks = [_visit(browser, address) for _ in range(visits)]
        browser.close()
    paints = [look.largest_paint_ms[0] for look in looks]
    return replace(looks[-1], largest_paint_ms=paints)


def _visit(browser: Browser, address: str) -> FirstPage:
    """With an empty cache, and then once more."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=3, is_mobile=True)
    page = context.new_page()
    loaded = _Loaded(page, _slowed(page))
    page.goto(address, wait_until="networkidle")
    largest = page.evaluate(_LCP)
    first, responses = loaded.taken(address), list(loaded.assets)
    page.goto(address, wait_until="networkidle")
    again = loaded.taken(address)
    context.close()
    return FirstPage(
        assets=len(responses),
        assets_kb=first.assets_kb,
        page_kb=first.page_kb,
        kept_for_good=sum(map(_is_kept_for_good, responses)),
        again_kb=again.assets_kb,
        largest_paint_ms=[largest],
    )


def _slowed(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


@dataclass(frozen=True)
class _Taken:
    page_kb: float
    assets_kb: float


class _Loaded:
    """Listens to what goes over the network: heads and bodies, as they are sent."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        self.assets: list[Response] = []
        self._addresses: dict[str, str] = {}
        self._bytes: dict[str, float] = {}
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._finished)
        page.on("response", self._answered)

    def taken(self, address: str) -> _Taken:
        """Since it was asked last; `address` is the page's own."""
        mine = sum(size for request, size in self._bytes.items() if self._addresses.get(request) == address)
        taken = _Taken(mine / 1000, (sum(self._bytes.values()) - mine) / 1000)
        self._bytes.clear()
        return taken

    def _asked(self, event: dict[str, Any]) -> None:
        self._addresses[event["requestId"]] = event["request"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        self._bytes[event["requestId"]] = event["encodedDataLength"]

    def _answered(self, response: Response) -> None:
        if not response.request.is_navigation_request():
            self.assets.append(response)


def _is_kept_for_good(response: Response) -> bool:
    has_hash = "v" in parse_qs(urlsplit(response.url).query)
    return has_hash and "immutable" in response.headers.get("cache-control", "")
