"""How a database would find something, step by step, in its own words."""

from typing import Any

from sqlalchemy import ClauseElement, Executable, Select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from models import db
from models.base import on_postgresql


class Explained(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(Explained)
def _explained(explained: Explained, compiler: SQLCompiler, **how: Any) -> str:
    return f"EXPLAIN QUERY PLAN {compiler.process(explained.statement, **how)}"


@compiles(Explained, "postgresql")
def _explained_there(explained: Explained, compiler: SQLCompiler, **how: Any) -> str:
    return f"EXPLAIN {compiler.process(explained.statement, **how)}"


def plan_of(statement: Select[Any], *, without: tuple[str, ...] = ("seqscan",)) -> list[str]:
    """Of PostgreSQL, to which a handful of rows is worth no index, it is what it does when it is to do `without`
    something, wherever it can."""
    if on_postgresql():
        for way in without:
            db.session.execute(text(f"SET LOCAL enable_{way} = off"))
    steps = [str(row[-1]) for row in db.session.execute(Explained(statement))]
    db.session.rollback()
    return steps
