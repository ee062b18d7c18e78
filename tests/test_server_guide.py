"""docs/vps.md, followed block by block on a machine of its own; then what may befall a server, befalls it."""

import re
import shutil
import subprocess
import time

import pytest

from tests.proxy import Caller
from tests.server.box import NAME, PATIENCE, ROOT, Box, why_not

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]
GUIDE = (ROOT / "docs" / "vps.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
NAMES, INSTALL, SETTINGS, STORE, START = "SUKI=", "adduser", "nano .env", "flask init", "enable --now suki\n"
CERTBOT, OWN_CERTIFICATE, SITE, DOCTOR = "certbot", "openssl req", "sites-enabled", "-c '.venv/bin/flask doctor'"
COPIES, RESTORE, UPGRADE, TWO_CORES = "suki-copy", "flask restore", "git pull", "suki-gunicorn.conf"
BEGINNING = (INSTALL, SETTINGS, STORE, START, CERTBOT, OWN_CERTIFICATE, SITE, DOCTOR)
FOLLOWED = (NAMES, *BEGINNING, COPIES, RESTORE, UPGRADE, TWO_CORES)

PASSWORD = "kape at pandesal sa umaga"
ANSWERS = f"Aling Nena’s\nPHP\nAsia/Manila\nana@example.com\n{PASSWORD}\n{PASSWORD}\n"
# As a person would: a mail server is for later.
NANO = "#!/bin/sh\nsed -i 's/^FLASK_MAIL_SERVER=.*/FLASK_MAIL_SERVER=/' \"$1\"\n"
# Where Let's Encrypt puts what it gives.
CERTBOT_STAND_IN = f"""#!/bin/sh
mkdir -p /etc/letsencrypt/live/{NAME}
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN={NAME} -keyout /etc/letsencrypt/live/{NAME}/privkey.pem \\
  -out /etc/letsencrypt/live/{NAME}/fullchain.pem 2>/dev/null
"""
ORDERS = """number,placed_at,status,payment_status,total,customer_name,customer_email,item_name,item_quantity,item_price
1001,2026-11-20T09:00:00Z,pending,unpaid,500.00,Maria Santos,maria@example.com,Bilao,1,500.00
1002,2026-11-20T09:05:00Z,pending,unpaid,500.00,Jun Peña,jun@example.com,Bilao,1,500.00
1003,2026-11-20T09:10:00Z,pending,unpaid,500.00,Liza Sy,liza@example.com,Bilao,1,500.00
"""
A_LATER_SUKI = """
revision = "9999"
down_revision = {head!r}

from alembic import op

def upgrade():
    op.execute("CREATE TABLE a_later_suki (id INTEGER PRIMARY KEY)")

def downgrade():
    op.execute("DROP TABLE a_later_suki")
"""


def block(phrase):
    [found] = [each for each in BLOCKS if phrase in each]
    return found


def test_each_block_of_the_guide_is_followed_here():
    """A new block is to get its place in `FOLLOWED`, and somebody who follows it."""
    assert [next(iter(b for b in BLOCKS if phrase in b), None) for phrase in FOLLOWED] == [block(p) for p in FOLLOWED]
    assert sorted(map(block, FOLLOWED)) == sorted(BLOCKS)


class Server:
    def __init__(self, box):
        self.box = box
        self.names = block(NAMES).replace("ADDRESS-OF-SUKI", "/origin").replace("shop.example.com", NAME)

    def follow(self, phrase, answers=""):
        """A block exactly as it is printed, after the two names."""
        return self.box.run(self.names + block(phrase), answers=answers, fetching=True)

    def sql(self, question):
        script = f"import sqlite3; print(sqlite3.connect('/var/lib/suki/suki.db').execute({question!r}).fetchall())"
        return self.box.run(f'cd /srv/suki && .venv/bin/python -c "{script}"').strip()

    def ana(self):
        return Caller(443, self.box.ask).sign_in("ana@example.com", PASSWORD)

    def is_back(self):
        until = time.monotonic() + PATIENCE
        while (status := self.box.ask(443, "/healthz").status) == 502 and time.monotonic() < until:
            time.sleep(0.1)
        return status == 200

    def main(self):
        return int(self.box.path("/run/units/suki.service.main").read_text())

    def status_of(self, order):
        return self.sql(f"SELECT status FROM orders WHERE id = {order}")


class Origin:
    """What `git clone` is given: the files as they are here."""

    def __init__(self, folder):
        self.folder = folder
        names = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True)
        for name in names.splitlines():
            if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/pictures/")):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        self._git("init", "-q")
        self.commit()

    def commit(self):
        self._git("add", "-A")
        self._git("commit", "-qm", "Suki")

    def _git(self, *words):
        named = ["-c", "user.name=Suki", "-c", "user.email=suki@example.com"]
        subprocess.run(["git", "-C", self.folder, *named, *words], check=True)


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    if reason := why_not():
        pytest.skip(f"docs/vps.md was not followed: {reason}")
    return Origin(tmp_path_factory.mktemp("origin"))


@pytest.fixture(scope="module")
def server(tmp_path_factory, origin):
    box = Box(tmp_path_factory.mktemp("box"), origin.folder)
    try:
        yield follow_the_beginning(Server(box))
    finally:
        box.end()


def follow_the_beginning(server):
    box = server.box
    # So small that it can be filled.
    box.run("mkdir -p /var/lib/suki && mount -t tmpfs -o size=600m small /var/lib/suki")
    box.write("/usr/local/bin/nano", NANO)
    box.write("/usr/local/bin/certbot", CERTBOT_STAND_IN)
    for phrase in BEGINNING:
        server.follow(phrase, ANSWERS if phrase == STORE else "")
        if phrase == CERTBOT:
            box.run("rm /etc/ssl/suki")  # it was the one, and now the other way is gone
    box.path("/var/lib/suki/orders.csv").write_text(ORDERS)
    box.run("cd /srv/suki && su -s /bin/sh suki -c '.venv/bin/flask orders import /var/lib/suki/orders.csv'")
    return server


def cancel(ana, order):
    url = f"/orders/{order}/cancel"
    version = re.search(r'name="version"[^>]*value="(\d+)"', ana.get(url).text)[1]
    return ana.post(url, status="cancelled", note="Sold out.", version=version)


def test_the_store_stands_behind_tls_and_is_nobody_elses(server):
    ana = server.ana()
    assert "Maria Santos" in ana.get("/orders/").text
    assert cancel(ana, 1).status == 303
    assert "cancelled" in server.status_of(1)
    modes = server.box.run("stat -c '%U %a' /srv/suki/.env /var/lib/suki /var/lib/suki/secret_key")
    assert modes.splitlines() == ["root 640", "suki 700", "suki 600"]
    assert "Uid:\t0" not in server.box.path(f"/proc/{server.main()}/status").read_text()


def test_a_killed_process_is_back_by_itself_with_everything(server):
    ana, before = server.ana(), server.main()
    assert cancel(ana, 2).status == 303
    server.box.run(f"kill -9 {before}")
    assert server.is_back()
    assert server.main() != before
    assert "cancelled" in server.status_of(2)
    assert ana.get("/orders/2").status == 200, "nobody has to sign in again"


def test_a_full_disk_stops_nobody_from_reading_and_saving_goes_on_after_it(server):
    ana = server.ana()
    server.box.run("systemctl restart suki")  # so that SQLite has no room in store
    assert server.is_back()
    server.box.run("for size in 64k 4k; do dd if=/dev/zero bs=$size >> /var/lib/suki/fill 2>/dev/null || true; done")
    try:
        assert "Liza Sy" in ana.get("/orders/").text
        refused = cancel(ana, 3)
        assert refused.status == 503
        assert "Suki could not write to its disk" in refused.text
        assert "pending" in server.status_of(3)
    finally:
        server.box.run("rm /var/lib/suki/fill")
    assert cancel(ana, 3).status == 303
    assert "cancelled" in server.status_of(3)


def test_a_copy_is_kept_apart_and_put_back(server):
    kept = server.follow(COPIES)
    assert re.search(r"suki-\d{8}T\d{6}Z.db", kept)
    before = server.sql("SELECT count(*) FROM orders")
    server.follow(RESTORE, "y\n")
    assert server.is_back()
    assert server.sql("SELECT count(*) FROM orders") == before


def test_an_upgrade_brings_the_store_along(server, origin):
    before = server.sql("SELECT id, status, version FROM orders")
    head = sorted(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))[-1]
    (origin.folder / "migrations" / "versions" / "9999_a_later_suki.py").write_text(A_LATER_SUKI.format(head=head))
    origin.commit()
    said = server.follow(UPGRADE)
    assert "The store as it was is kept" in said
    assert server.is_back()
    assert server.sql("SELECT count(*) FROM a_later_suki") == "[(0,)]"
    assert server.sql("SELECT id, status, version FROM orders") == before


def test_two_cores_are_used_when_asked_for(server):
    assert server.follow(TWO_CORES).count("active (running)") == 2
    assert server.is_back()
    assert server.ana().get("/orders/").status == 200
    server.box.run("systemctl stop suki")
    assert server.box.run("systemctl status suki suki-work || true").count("inactive") == 2
