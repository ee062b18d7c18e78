"""A machine for a test, made in a second: this one, copied on write, with processes, users and a network of its own.

Whatever is done in it is gone when it ends. With SUKI_BARE_DEBIAN=FOLDER it is what debootstrap made there, which
fetches packages as a real server would; docs/decisions/0018-on-a-server.md says how.
"""

import fcntl
import http.client
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server.networks import inside

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60
NAME = "shop.example.com"
BARE = os.environ.get("SUKI_BARE_DEBIAN")
NEEDED = ("unshare", "nsenter", "mount", *(() if BARE else ("adduser", "git", "make", "nginx", "openssl")))
MADE = """
set -e
mount -t tmpfs box "$1"
mkdir "$1/new" "$1/work" "$1/root"
mount -t overlay box -o "lowerdir=$2,upperdir=$1/new,workdir=$1/work" "$1/root"
cd "$1/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs run run
mount -t tmpfs tmp tmp
mkdir -p origin
mount --bind "$3" origin
[ -z "$4" ] || { mkdir -p ".$4"; mount --bind "$4" ".$4"; }
exec chroot . sleep infinity
"""
# What it starts is in the network of the box, wherever it was called from.
SYSTEMCTL = '#!/bin/sh\nexec nsenter --target 1 --net python3 /usr/local/sbin/units.py "$@"\n'
# In the copy of this machine, what a real one would fetch is there already.
STAND_INS = {
    "apt-get": "true",
    "make": f'[ -e .venv ] || ln -s "{sys.prefix}" .venv; exec /usr/bin/make PYTHON="{sys.prefix}/bin/python" "$@"',
}


class Box:
    def __init__(self, folder: Path, origin: Path) -> None:
        lower = BARE or "/"
        packages = "" if BARE else sys.prefix  # they may lie in a place that a copy of / has not
        words = ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "sh", "-c", MADE, "box"]
        self._process = subprocess.Popen([*words, str(folder), lower, str(origin), packages])
        self.pid = self._first_process()
        self._set_up()

    def _first_process(self) -> int:
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            for child in children.read_text().split():
                if Path(f"/proc/{child}/cmdline").read_bytes().startswith(b"sleep\0"):  # all is made
                    return int(child)
            time.sleep(0.02)
        pytest.skip("a machine of its own could not be made here, so the guide was not followed (mount, overlay)")

    def _set_up(self) -> None:
        with self.inside(), socket.socket() as any_socket:  # as `ip link set lo up`
            fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14s", b"lo", 1 | 64, b""))
        self.write("/usr/local/sbin/units.py", (Path(__file__).parent / "systemctl.py").read_text())
        self.write("/usr/local/bin/systemctl", SYSTEMCTL)
        if BARE:
            self.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n")  # packages start nothing: systemctl does
            if trusted := os.environ.get("PIP_CERT"):
                self.write("/etc/machine.crt", Path(trusted).read_text())
            return
        for name, words in STAND_INS.items():
            self.write(f"/usr/local/bin/{name}", f"#!/bin/sh\n{words}\n")
        for path in (sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix)):  # for the user suki to run Python
            for folder in (Path(path), *Path(path).parents):
                self.path(str(folder)).chmod(self.path(str(folder)).stat().st_mode | 0o055)
        self.run("rm -f /etc/nginx/sites-enabled/*; mkdir -p /var/log/nginx /var/www/html /etc/systemd/system")

    def path(self, name: str) -> Path:
        return Path(f"/proc/{self.pid}/root{name}")

    def write(self, name: str, text: str) -> None:
        self.path(name).write_text(text)
        self.path(name).chmod(0o755)

    def run(self, script: str, *, answers: str = "", fetching: bool = False) -> str:
        """As root, in a shell that stops at the first failure. `fetching`: with the network of this machine."""
        own_network = [] if BARE and fetching else ["--net"]
        words = ["nsenter", "--target", str(self.pid), "--mount", "--pid", *own_network, "--root", "--wd"]
        env = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            **({"PIP_CERT": "/etc/machine.crt"} if BARE and "PIP_CERT" in os.environ else {}),
        }
        done = subprocess.run(
            [*words, "sh", "-ec", script], input=answers, env=env, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}"
        return done.stdout

    def inside(self):
        return inside(self.pid)

    def ask(self, port: int, path: str, *, method: str = "GET", body: str | None = None, **headers: str):
        """Over https, by whoever believes any certificate."""
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE)
        with self.inside():
            connection.connect()
        sent = {"Host": NAME, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


def why_not() -> str:
    """Why no machine can be made here; empty when it can."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "only root of a Linux can make a machine for it"
    missing = [name for name in NEEDED if not shutil.which(name)]
    return f"not here: {', '.join(missing)}" if missing else ""
