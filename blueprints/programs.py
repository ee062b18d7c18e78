"""Programs that act in the shop: how a view says that it is for them, and what use cases know of their requests."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from flask.typing import ResponseReturnValue
from sqlalchemy import update
from sqlalchemy.orm import Session

from models import ApiToken, Order

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


class Scope(StrEnum):
    """What a token must be for."""

    NOTHING = "nothing"
    """It needs none: it says nothing of the shop."""
    READ = "read"
    WRITE = "write"


def by_token(scope: Scope) -> Callable[[View], View]:
    """Marks a view for programs: a token in the request lets in, and nothing that a browser sends by itself does.
    Stands under the route's decorator, where other views have @needs or @public."""

    def mark(view: View) -> View:
        view.needs = scope  # type: ignore[attr-defined]  # a mark on a function
        return view

    return mark


def scope_of(view: Callable[..., object] | None) -> Scope | None:
    """None for a page."""
    mark = getattr(view, "needs", None)
    return mark if isinstance(mark, Scope) else None


class ProgramRequest(Protocol):
    """A program's request, as a use case is told of it: it says where its transaction begins and ends."""

    def begin(self, session: Session) -> None:
        """First thing under the lock. Raises whatever the program is to hear instead."""

    def end(self, session: Session, order: Order) -> None:
        """Last thing before the commit, once all is done."""


def end_tokens_of(session: Session, user_id: int, *, by_id: int | None, at: datetime) -> None:
    """For good, in the caller's transaction: whoever made them may not any more."""
    made_by_them = update(ApiToken).where(ApiToken.created_by_id == user_id, ApiToken.revoked_at.is_(None))
    session.execute(made_by_them.values(revoked_at=at, revoked_by_id=by_id))
