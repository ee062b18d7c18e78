"""A database that refuses one kind of row from now on, as one does that is full or damaged."""

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from models import writing
from models.base import on_postgresql
from models.postgresql import triggers_in_its_words


def refuse(app: Flask, what: str) -> None:
    """`what`, as a trigger says it: BEFORE INSERT ON events."""
    trigger = f"CREATE TRIGGER no {what} BEGIN SELECT RAISE(ABORT, 'no'); END"
    with app.app_context(), writing() as session:
        for statement in triggers_in_its_words(trigger) if on_postgresql() else [trigger]:
            session.execute(text(statement))


def refuse_no_more(app: Flask) -> None:
    with app.app_context(), writing() as session:
        drop_trigger(session, "no")


def drop_trigger(session: Session, name: str) -> None:
    """If it is there still. PostgreSQL has a function of the same name for each, with which it goes."""
    what = f"FUNCTION IF EXISTS {name} CASCADE" if on_postgresql() else f"TRIGGER IF EXISTS {name}"
    session.execute(text(f"DROP {what}"))
