"""Counting what a page asks of the database. As a program of its own, in the store that the environment names:
addresses come in as JSON, and how many statements each of them took goes out."""

import json
import subprocess
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from app import create_app
from bench.clients import hidden_fields
from bench.servers import ROOT, settings
from bench.stores import EMAIL, PASSWORD
from models import db

OF_THE_SESSION = "FROM user_sessions"


def count_statements(folder: Path, addresses: list[str]) -> dict[str, int]:
    """Besides the one that finds out whose session it is, which every page has."""
    command = [sys.executable, "-m", "bench.counting"]
    asked = json.dumps(addresses)
    run = subprocess.run(
        command, cwd=ROOT, env=settings(folder), input=asked, stdout=subprocess.PIPE, check=True, text=True
    )
    counted: dict[str, int] = json.loads(run.stdout)
    return counted


def _count(app: Flask, addresses: list[str]) -> dict[str, int]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    client = app.test_client()
    fields = hidden_fields(client.get("/login").text)
    client.post("/login", data={**fields, "email": EMAIL, "password": PASSWORD})
    counted = {}
    for address in addresses:
        client.get(address)
        seen.clear()
        if client.get(address).status_code != 200:
            raise SystemExit(f"{address} is not there")
        counted[address] = sum(OF_THE_SESSION not in statement for statement in seen)
    return counted


if __name__ == "__main__":
    json.dump(_count(create_app(), json.load(sys.stdin)), sys.stdout)
