"""The site of deploy/nginx.conf before a server, by the real nginx, and somebody who walks through it."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

DEPLOY = Path(__file__).parent.parent / "deploy"
NAME = "shop.example.com"
PATIENCE = 60
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Site:
    """Its ports."""

    plain: int
    secured: int


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def behind_nginx(tmp_path):
    """Puts the site of deploy/, but for ports and places of files, before a server at http://127.0.0.1:49152."""
    if not shutil.which("nginx") or not shutil.which("openssl"):
        pytest.skip("nginx or openssl is not here, so deploy/nginx.conf was not tried: apt-get install nginx openssl")
    started = []

    def start(address):
        site = Site(free_port(), free_port())
        make_certificate(tmp_path)
        config = tmp_path / "nginx.conf"
        config.write_text(written(address, site, tmp_path))
        started.append(subprocess.Popen(["nginx", "-c", config, "-p", tmp_path, "-e", tmp_path / "error.log"]))
        wait_until_open(site.secured)
        return site

    yield start
    for nginx in started:
        nginx.terminate()
        nginx.wait(PATIENCE)


def make_certificate(folder):
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    files = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run([*made, "-subj", f"/CN={NAME}", *files], check=True, capture_output=True)


def written(address, site, folder):
    text = (DEPLOY / "nginx.conf").read_text()
    for before, after in (
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{site.plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{site.secured} ssl;"),
        ("/etc/ssl/suki", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("http://127.0.0.1:5000", address),
    ):
        assert before in text, before
        text = text.replace(before, after)
    kept = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in kept)
    user = " user root;" if os.geteuid() == 0 else ""
    return (  # with the logs that Debian's own file has around a site
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;{user}"
        f" events {{}} http {{ access_log {folder}/access.log; {temporary}\n{text}\n}}"
    )


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


class Caller:
    """Keeps its cookie, and sends the token of the page that it read last, as a browser does: one that says nothing of
    where it was. `asking` is `ask`, or what asks like it."""

    def __init__(self, port, asking=ask):
        self.port, self.asking = port, asking
        self.cookie, self.token = "", ""

    def get(self, path):
        return self._read(self.asking(self.port, path, Cookie=self.cookie))

    def post(self, path, **fields):
        body = urlencode({"csrf_token": self.token, **fields})
        sent = {"Content_Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}"}
        return self._read(self.asking(self.port, path, method="POST", body=body, Cookie=self.cookie, **sent))

    def sign_in(self, email, password):
        self.get("/login")
        assert self.post("/login", email=email, password=password).status == 303
        return self

    def _read(self, answer):
        for name, morsel in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
            self.cookie = f"{name}={morsel.value}"
        self.token = found[1] if (found := TOKEN.search(answer.text)) else self.token
        return answer
