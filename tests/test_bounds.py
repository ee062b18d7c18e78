"""What every answer says to the browser, whatever was asked; and that no request is read beyond its bounds."""

import re
from io import BytesIO

import pytest

from blueprints.bounds import LONGEST_ADDRESS, LONGEST_HEADER, MOST_FIELDS

NO_IDS = ["-1", str(2**63), str(2**64), "1e3", "٣", "%00"]
URLENCODED = {"content_type": "application/x-www-form-urlencoded"}
NOBODYS = ["0", "999999999999999999"]
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
VALUES = {"slug": "cancel-an-order", "way": "up", "secret": "x", "token": "x", "filename": "icon.svg", "name": "x"}


def addresses(app, number):
    for rule in app.url_map.iter_rules():
        filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(VALUES.get(found[1], number)), rule.rule)
        for method in sorted({"GET", "POST"} & set(rule.methods or ())):
            yield method, filled


def faults_of(answer):
    """Of one answer: what is missing among its headers."""
    headers = answer.headers
    yield from (f"{name}: {headers.get(name)}" for name, wanted in ALWAYS.items() if headers.get(name) != wanted)
    policy = headers.get("Content-Security-Policy", "")
    if not re.match(r"(sandbox; )?default-src 'none'", policy) or "frame-ancestors" not in policy:
        yield f"policy: {policy}"
    if "'unsafe" in policy and "sandbox" not in policy:
        yield f"policy: {policy}"
    if headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        yield "referrer"
    if "Server" in headers or "Strict-Transport-Security" in headers:
        yield "says too much, or over a plain line what is for a secure one"
    if "max-age=31536000" not in headers.get("Cache-Control", "") and headers.get("Cache-Control") != "no-store":
        yield "may be kept"


@pytest.mark.parametrize("who", ["olive", "mallory"])
def test_every_answer_tells_the_browser_what_to_refuse(app, request, shop, who):
    """Found or not, allowed or not. No form here has its token, so for olive a few of them do."""
    shop.order()
    visitor, statuses, faults = request.getfixturevalue(who), set(), []
    asked = [
        one for one in addresses(app, 1) if who == "mallory" or one[0] == "GET" or one[1].startswith("/settings/s")
    ]
    for method, address in [*asked, ("GET", "/nowhere"), ("GET", "/static/nowhere"), ("PUT", "/orders/")]:
        with visitor.client.open(address, method=method) as answer:
            statuses.add(answer.status_code)
            faults += [f"{method} {address} {answer.status_code} {fault}" for fault in faults_of(answer)]
    assert not faults, "\n".join(faults)
    assert statuses >= ({200, 303, 400, 404, 405} if who == "olive" else {200, 303, 404, 405})
    assert 500 not in statuses


def test_no_number_that_is_none_finds_or_breaks_anything(app, olive):
    """What is no number is refused in one place; what is one and nobody's, by each page."""
    assert {olive.client.get(f"/orders/{number}").status_code for number in NO_IDS} == {404}
    found = {
        (address, olive.client.get(address).status_code)
        for number in NOBODYS
        for method, address in addresses(app, number)
        if method == "GET" and number in address and not address.startswith("/api/")
    }
    assert len(found) > 40
    assert {status for _address, status in found} == {404}, found


def test_a_form_of_twenty_thousand_fields_is_not_read(olive):
    olive.get("/settings/support")
    fields = "&".join([f"csrf_token={olive.token}", "name=Other", *(f"f{n}=x" for n in range(20_000))])
    assert olive.client.post("/settings/support", data=fields, **URLENCODED).status_code == 413
    assert olive.get("/settings/support").value("name") != "Other"
    few = "&".join([f"csrf_token={olive.token}", "name=Other", *(f"f{n}=x" for n in range(MOST_FIELDS - 2))])
    assert olive.client.post("/settings/support", data=few, **URLENCODED).status_code == 303


def test_an_endless_address_or_header_is_refused(mallory):
    for length, status in ((LONGEST_ADDRESS - 20, 200), (LONGEST_ADDRESS + 1, 414)):
        assert mallory.client.get(f"/login?next={'a' * length}").status_code == status
    assert mallory.client.get(f"/{'a' * 5000}").status_code == 414
    for length, status in ((LONGEST_HEADER, 200), (LONGEST_HEADER + 1, 431)):
        assert mallory.client.get("/login", headers={"X-Long": "a" * length}).status_code == status
    assert mallory.client.get(f"/api/v1/orders?q={'a' * 5000}").mimetype == "application/problem+json"


def test_nothing_that_a_stranger_sends_is_read_where_files_come_in(app, mallory):
    """Each would lie in the memory of a small machine, up to a hundred megabytes."""
    app.config["IMPORT_MAX_BYTES"] = 10_000_000
    most = b"q=" + b"x" * 900_000
    for address in ("/orders/import", "/products/import/save", "/support/tickets/new"):
        sent = BytesIO(most)
        answer = mallory.client.post(address, input_stream=sent, content_length=len(most), **URLENCODED)
        assert (answer.status_code, sent.tell()) == (303, 0), address
    assert mallory.client.post("/login", data=b"q=" + b"x" * 2_000_000, **URLENCODED).status_code == 413
