"""`flask tidy` and `flask vacuum`, for whoever looks after the computer."""

import sqlite3
from contextlib import closing

from models import Email, EmailRetention, Order, writing
from tests.privacy.customers import WORD, erase, in_the_file


def run(app, *words):
    answer = app.test_cli_runner().invoke(args=list(words))
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_tidy_sweeps_and_clears(app, olive, shop, orders):
    erase(olive, orders)
    with app.app_context(), writing() as session:
        session.add(EmailRetention(id=1, days=30))
    assert run(app, "tidy") == "Emails cleared: 0.\n"
    assert (in_the_file(app, WORD[:3]), shop.count(Email) > 0) == (0, True)


def test_vacuum_writes_away_what_an_older_suki_left(app, shop, orders):
    with closing(sqlite3.connect(f"{app.instance_path}/suki.db")) as older:
        older.execute("PRAGMA secure_delete=OFF")
        older.execute("UPDATE emails SET html = 'Hi Wqywqy ' || hex(randomblob(3000))")
        older.execute("UPDATE emails SET html = ''")
        older.commit()
    assert in_the_file(app, "Wqywqy") > 0
    assert "Written anew" in run(app, "vacuum")
    assert (in_the_file(app, "Wqywqy"), shop.count(Order)) == (0, 3)
