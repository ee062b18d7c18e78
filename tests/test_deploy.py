"""The files for a server, tried: the real nginx in front of the real Suki, and what systemd says of the units."""

import re
import shutil
import subprocess
import time

import pytest

from tests.proxy import DEPLOY, NAME, Caller, ask, behind_nginx, free_port  # noqa: F401 (the fixture)
from tests.test_serving import PATIENCE, folder, serve, wait_for  # noqa: F401 (fixtures)


def test_behind_nginx_it_is_secured_and_knows_its_visitors(behind_nginx, serve, folder, tmp_path):  # noqa: F811 (the fixtures)
    server, address = serve(folder, FLASK_BASE_URL=f"https://{NAME}", FLASK_TRUSTED_PROXIES="1")
    wait_for(f"{address}/healthz").close()
    site = behind_nginx(address)
    answer = ask(site.plain, "/orders/?q=Maria", secured=False)
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/orders/?q=Maria")

    eve = Caller(site.secured, claiming)
    page = eve.get("/login")
    cookie = page.headers["Set-Cookie"]
    assert page.status == 200
    assert cookie.startswith("__Host-suki=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert page.headers["Server"] == "nginx", "which version it is helps nobody but a thief"
    assert ask(site.secured, "/login", Host="evil.example").status == 400

    assert eve.post("/login", email="eve@example.com", password="wrong").status == 422
    server.terminate()
    said = server.communicate(timeout=PATIENCE)[0]
    assert "login failed address=127.0.0.1" in said, "who claims to be elsewhere is not believed"
    assert "Maria" not in (tmp_path / "suki.log").read_text(), "no address of a request is in the log"


def test_no_log_of_nginx_has_a_secret_address_also_while_suki_is_down(behind_nginx, tmp_path):  # noqa: F811 (the fixture)
    site = behind_nginx(f"http://127.0.0.1:{free_port()}")
    assert ask(site.plain, "/password/reset/SECRET", secured=False).status == 301
    assert ask(site.secured, "/password/reset/SECRET").status == 502
    assert ask(site.secured, "/password/reset/SECRET", method="POST", body="x" * 100_000).status == 502
    wait_for_lines(tmp_path / "suki.log", 3)
    assert [path.name for path in tmp_path.glob("*.log") if "SECRET" in path.read_text()] == []


def wait_for_lines(log, many):
    """nginx writes of a request once it is over, which may be after its answer was read."""
    until = time.monotonic() + PATIENCE
    while len(log.read_text().splitlines()) < many:
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)


def claiming(port, path, **options):
    """To be somebody else, at another name, by plain http."""
    claims = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "http"}
    return ask(port, path, **options, **claims)


def test_the_units_are_ones_that_systemd_takes():
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not here, so the units were not tried: apt-get install systemd")
    units = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    faults = [line for line in said.stderr.splitlines() if "/srv/suki" not in line and str(DEPLOY) in line]
    assert faults == []
    for unit in ("suki.service", "suki-work.service"):
        rated = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", DEPLOY / unit],
            capture_output=True, text=True, check=False,
        ).stdout  # fmt: skip
        assert float(re.search(rf"exposure level for {unit}: ([0-9.]+)", rated)[1]) < 2.5


def test_the_guide_names_each_of_these_files_and_no_other():
    guide = (DEPLOY.parent / "docs" / "vps.md").read_text()
    assert set(re.findall(r"deploy/([\w.-]+\w)", guide)) == {path.name for path in DEPLOY.iterdir()}
