"""Every test has an application of its own, and all of them have the same templates and addresses, and say the same to
a database: each is compiled once."""

from collections.abc import Callable
from types import CodeType
from typing import Any, ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from werkzeug.routing import Rule


class CompiledTemplates(BytecodeCache):
    """Kept in memory, as Python runs them."""

    def __init__(self) -> None:
        self.compiled: dict[str, CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.compiled.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.code


TEMPLATES = CompiledTemplates()


class RuleCompiledOnce(Rule):
    """werkzeug compiles a function for each address, and that is most of making an application."""

    compiled: ClassVar[dict[tuple[object, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, *self._trace, *(self.defaults or {}).items(), append_unknown)
        if key not in self.compiled:
            self.compiled[key] = super()._compile_builder(append_unknown)
        return self.compiled[key]


class SQLiteOnce(SQLiteDialect_pysqlite):
    """SQLAlchemy keeps what it compiled for an engine, by its dialect: for all engines here, as if they had one.
    305 tests of cancelling and mail take 120 s of the processor with it, and 168 without."""

    supports_statement_cache = True
    statements: ClassVar[dict[Any, Any]] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SQLiteOnce)

    def __hash__(self) -> int:
        return hash(SQLiteOnce)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=cls.statements)


def make_known() -> None:
    """To whatever makes an application or an engine from here on."""
    Flask.url_rule_class = RuleCompiledOnce
    registry.register("sqlite", __name__, SQLiteOnce.__name__)
