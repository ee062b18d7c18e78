"""The files for a server, tried: the real nginx in front of the real Suki, and what systemd says of the units."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from tests.test_serving import PATIENCE, folder, serve, wait_for  # noqa: F401 (fixtures)

DEPLOY = Path(__file__).parent.parent / "deploy"
NAME = "shop.example.com"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def behind_nginx(serve, folder, tmp_path):  # noqa: F811 (the fixtures)
    """The site as it is in deploy/, but for ports and places of files; the ports for http and https, and the server."""
    if not shutil.which("nginx") or not shutil.which("openssl"):
        pytest.skip("nginx or openssl is not here, so deploy/nginx.conf was not tried: apt-get install nginx openssl")
    server, address = serve(folder, FLASK_BASE_URL=f"https://{NAME}", FLASK_TRUSTED_PROXIES="1")
    wait_for(f"{address}/healthz").close()
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    files = ["-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"]
    subprocess.run([*made, "-subj", f"/CN={NAME}", *files], check=True, capture_output=True)
    plain, secured = free_port(), free_port()
    site = (DEPLOY / "nginx.conf").read_text()
    for before, after in (
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{secured} ssl;"),
        ("/etc/ssl/suki", str(tmp_path)),
        ("/var/log/nginx", str(tmp_path)),
        ("http://127.0.0.1:5000", address),
    ):
        assert before in site, before
        site = site.replace(before, after)
    kept = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {tmp_path}/{name};" for name in kept)
    user = " user root;" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log;{user}"
        f" events {{}} http {{ {temporary}\n{site}\n}}"
    )
    nginx = subprocess.Popen(["nginx", "-c", tmp_path / "nginx.conf", "-p", tmp_path, "-e", tmp_path / "error.log"])
    wait_until_open(secured)
    yield plain, secured, server
    nginx.terminate()
    nginx.wait(PATIENCE)


def wait_until_open(port):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as sock:
            if not sock.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)


def ask(port, path, *, secured=True, method="GET", body=None, **headers):
    sent = {"Host": NAME, **{name.replace("_", "-"): value for name, value in headers.items()}}
    if secured:
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path, body, sent)
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    connection.close()
    return answer


def test_behind_nginx_it_is_secured_and_knows_its_visitors(behind_nginx, tmp_path):
    plain, secured, server = behind_nginx
    answer = ask(plain, "/orders/?q=Maria", secured=False)
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/orders/?q=Maria")

    page = ask(secured, "/login")
    cookie = page.headers["Set-Cookie"]
    assert page.status == 200
    assert cookie.startswith("__Host-suki=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert ask(secured, "/login", Host="evil.example").status == 400

    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    form = f"csrf_token={token}&email=eve%40example.com&password=wrong"
    browser = {"Cookie": cookie.split(";")[0], "Referer": f"https://{NAME}/login"}
    claims = {"X_Forwarded_For": "203.0.113.9", "X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "http"}
    sent = {"Content_Type": "application/x-www-form-urlencoded", **browser, **claims}
    assert ask(secured, "/login", method="POST", body=form, **sent).status == 422
    server.terminate()
    said = server.communicate(timeout=PATIENCE)[0]
    assert "login failed address=127.0.0.1" in said, "who claims to be elsewhere is not believed"
    assert "Maria" not in (tmp_path / "suki.log").read_text(), "no address of a request is in the log"


def test_the_units_are_ones_that_systemd_takes():
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not here, so the units were not tried: apt-get install systemd")
    units = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    faults = [line for line in said.stderr.splitlines() if "/srv/suki" not in line and str(DEPLOY) in line]
    assert faults == []
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", DEPLOY / "suki.service"],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    assert float(re.search(r"exposure level for suki.service: ([0-9.]+)", rated)[1]) < 2.5


def test_the_guide_names_each_of_these_files_and_no_other():
    guide = (DEPLOY.parent / "docs" / "vps.md").read_text()
    assert set(re.findall(r"deploy/([\w.-]+\w)", guide)) == {path.name for path in DEPLOY.iterdir()}
