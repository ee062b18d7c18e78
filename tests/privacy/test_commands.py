"""`flask tidy` and `flask vacuum`, for whoever looks after the computer."""

import sqlite3
from contextlib import closing

import pytest

from blueprints.privacy import cli
from models import Email, EmailRetention, Order, writing
from tests.privacy.customers import WORD, erase, in_every_table, in_the_file, pieces_are_in_the_file
from tests.storing import ON_POSTGRES


def run(app, *words):
    answer = app.test_cli_runner().invoke(args=list(words))
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_tidy_sweeps_and_clears(app, olive, shop, orders):
    erase(olive, orders)
    with app.app_context(), writing() as session:
        session.add(EmailRetention(id=1, days=30))
    assert run(app, "tidy") == "Emails cleared: 0.\n"
    assert (in_every_table(app, WORD), shop.count(Email) > 0) == (set(), True)
    assert ON_POSTGRES or not pieces_are_in_the_file(app)


@pytest.mark.sqlite
def test_vacuum_writes_away_what_an_older_suki_left(app, shop, orders):
    with closing(sqlite3.connect(f"{app.instance_path}/suki.db")) as older:
        older.execute("PRAGMA secure_delete=OFF")
        older.execute("UPDATE emails SET html = 'Hi Wqywqy ' || hex(randomblob(3000))")
        older.execute("UPDATE emails SET html = ''")
        older.commit()
    assert in_the_file(app, "Wqywqy") > 0
    assert "Written anew" in run(app, "vacuum")
    assert (in_the_file(app, "Wqywqy"), shop.count(Order)) == (0, 3)


def test_there_is_no_file_to_write_anew_on_a_server(app, monkeypatch):
    monkeypatch.setattr(cli, "on_postgresql", lambda: True)
    answer = app.test_cli_runner().invoke(args=["vacuum"])
    assert (answer.exit_code, "autovacuum" in answer.output) == (1, True)
