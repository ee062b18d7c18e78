"""Takes the pictures of the guides and the README again, from a demo that is served: python -m tests.pictures [ADDRESS]

It cancels one of the demo's orders, and undoes that; reset the demo afterwards. Served with
FLASK_MAIL_SERVER=127.0.0.1 and FLASK_DELIVER_IN_PROCESS=false, the pages say what they say in a shop whose mail leaves.
How large each picture is stands in templates/help, and is written there as well.
"""

import base64
import re
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from blueprints.demo_accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from tests.browser import launch

FOLDER = Path(__file__).parent.parent / "static" / "help"
README_PICTURE = Path(__file__).parent.parent / "docs" / "pictures" / "order.png"
GUIDES = Path(__file__).parent.parent / "templates" / "help"
WIDE = {"width": 960, "height": 900}  # with the menu on the left
DESK = {"width": 1440, "height": 960}
NARROW = {"width": 720, "height": 900}  # in one column
PHONE = {"width": 390, "height": 720}
LARGEST = 60_000
LARGEST_OF_README = 150_000
CUSTOMER, NOTE = "pena", "Sorry, the last set was sold in the shop this morning."


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/login")
    page.fill("[name=email]", next(account.email for account in DEMO_ACCOUNTS if account.role == "owner"))
    page.fill("[name=password]", DEMO_PASSWORD)
    page.click("main button")


def take(page: Page, name: str, box: dict[str, float]) -> None:
    """Twice as sharp as it is shown; of lower quality when it would be too heavy otherwise."""
    session = page.context.new_cdp_session(page)
    for quality in (90, 80, 70, 60, 50):
        shot = {"format": "webp", "quality": quality, "clip": {**box, "scale": 1}, "captureBeyondViewport": True}
        content = base64.b64decode(session.send("Page.captureScreenshot", shot)["data"])
        if len(content) < LARGEST:
            break
    is_of_phone = page.viewport_size == PHONE
    (FOLDER / f"{name}{'-phone' if is_of_phone else ''}.webp").write_bytes(content)
    write_size(name, f"({round(box['width'])}, {round(box['height'])})", is_of_phone)


def write_size(name: str, size: str, is_of_phone: bool) -> None:
    """A picture's size stands in the page, so that nothing jumps while it comes: first at a desk, then on a phone."""
    for guide in GUIDES.glob("*.html"):
        text = guide.read_text()
        sizes = rf"\2, {size}" if is_of_phone else rf"{size}, \3"
        sized = re.sub(rf'(picture\("{name}", )(\([^)]*\)), (\([^)]*\))', rf"\g<1>{sizes}", text)
        if sized != text:
            guide.write_text(sized)


def around(page: Page, first: str, last: str = "", margin: int = 12) -> dict[str, float]:
    """The part of the page from one element to another, as wide as the first."""
    top, end = (
        page.locator(selector).evaluate(
            "e => { const b = e.getBoundingClientRect(); return [b.x + scrollX, b.y + scrollY, b.width, b.height] }"
        )
        for selector in (first, last or first)
    )
    height = end[1] + end[3] - top[1]
    return {
        "x": top[0] - margin,
        "y": max(top[1] - margin, 0),
        "width": top[2] + 2 * margin,
        "height": height + 2 * margin,
    }


def show(page: Page, address: str, path: str) -> None:
    """Without what only a demo has; an order in one column also without the menu and the way back."""
    page.goto(address + path)
    is_alone = page.viewport_size in (NARROW, PHONE) and "?" not in path
    hidden = ".banner, .menu, .back" if is_alone else ".banner"
    page.locator(hidden).evaluate_all("found => found.forEach(element => element.remove())")


def open_order(page: Page, address: str, found_by: str, row: str = "") -> None:
    show(page, address, f"/orders/?{found_by}")
    link = page.locator("tbody tr", has_text=row).last.locator("a.row-link").get_attribute("href")
    show(page, address, link or "")


def take_all(page: Page, address: str) -> None:
    sign_in(page, address)
    for first, height, others in ((WIDE, 600, NARROW), (PHONE, PHONE["height"], PHONE)):
        page.set_viewport_size(first)
        show(page, address, f"/orders/?q={CUSTOMER}")
        take(page, "find", {"x": 0, "y": 0, "width": first["width"], "height": height})
        page.set_viewport_size(others)
        take_cancel(page, address)


def take_cancel(page: Page, address: str) -> None:
    open_order(page, address, "status=accepted&payment=paid&booked=no")
    take(page, "status", around(page, "#status-area"))
    cancel = page.locator("#status-area a", has_text="Cancel order").get_attribute("href") or ""
    show(page, address, cancel)
    page.get_by_label("Out of stock").check()
    page.fill("[name=note]", NOTE)
    page.locator("h1").focus()
    take(page, "note", around(page, "main .title", ".field:has(#note)"))
    take(page, "save", around(page, ".field:has(#notify)", ".form-buttons"))
    page.click(".form-buttons button")
    page.wait_for_url(address + cancel.removesuffix("/cancel"))  # where the note that was sent is let go of
    show(page, address, cancel.removesuffix("/cancel"))
    take(page, "cancelled", around(page, "#status-area"))
    page.locator("#status-area").get_by_role("button", name="Undo").click()
    open_order(page, address, "status=processing&booked=yes", row="J&T")
    take(page, "booked", around(page, "#status-area"))


def take_for_readme(page: Page, address: str) -> None:
    sign_in(page, address)
    open_order(page, address, "status=processing&booked=yes", row="J&T")
    page.screenshot(path=README_PICTURE)
    size = README_PICTURE.stat().st_size
    if size > LARGEST_OF_README:
        raise SystemExit(f"{README_PICTURE.name} is too heavy: {size} bytes")


def main() -> None:
    address = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:5000").rstrip("/")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(device_scale_factor=2, color_scheme="light").new_page()
        take_all(page, address)
        take_for_readme(browser.new_page(viewport=DESK, color_scheme="light"), address)
        browser.close()


if __name__ == "__main__":
    main()
