"""Doing what a program asks once: its answer is kept in the transaction of the change itself, so that the same request,
sent again because no answer came, has that answer again; whether it came a second too early or after a crash."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.api.admitting import Program, refuse_ended
from models import ApiRequest, Order

KEPT_HOURS = 48
# Each answer that is kept takes so many old ones away.
FORGOTTEN_AT_ONCE = 100


class KeyReused(Exception):
    """The key stands for another request of the same program."""


class AnsweredBefore(Exception):
    """This very request was carried out already. Nothing was done again."""

    def __init__(self, kept: "ApiAnswer") -> None:
        super().__init__(f"order {kept.order_id}")
        self.kept = kept


@dataclass(frozen=True)
class ApiAnswer:
    status: int
    order_id: int
    body: str


@dataclass
class Request:
    """What a use case is told of it: see programs.ProgramRequest."""

    program: Program
    key: str | None
    """The program's own name for it; without one it is not known again."""
    fingerprint: str
    status: int
    """Of its answer, when all goes well."""
    write: Callable[[Session, Order], str]
    """The body of the answer."""
    answer: ApiAnswer | None = None

    def begin(self, session: Session) -> None:
        """Raises TokenWrong, KeyReused, AnsweredBefore."""
        refuse_ended(session, self.program)
        self.recall(session)

    def recall(self, session: Session) -> None:
        """Asked before the request is looked into as well: what it names may be gone by now. Raises KeyReused,
        AnsweredBefore."""
        kept = self._kept(session) if self.key is not None else None
        if kept is None:
            return
        if kept.fingerprint != self.fingerprint:
            raise KeyReused
        # Its customer's data was erased since, and the answer with it: the order is told as it is now.
        body = kept.answer or self.write(session, session.get_one(Order, kept.order_id))
        raise AnsweredBefore(ApiAnswer(kept.status, kept.order_id, body))

    def end(self, session: Session, order: Order) -> None:
        session.flush()
        self.answer = ApiAnswer(self.status, order.id, self.write(session, order))
        if self.key is not None:
            _forget_old(session)
            session.add(self._as_row(self.key, self.answer))

    def _kept(self, session: Session) -> ApiRequest | None:
        kept = select(ApiRequest).where(ApiRequest.token_id == self.program.token_id, ApiRequest.key == self.key)
        return session.scalars(kept).one_or_none()

    def _as_row(self, key: str, answer: ApiAnswer) -> ApiRequest:
        return ApiRequest(
            token_id=self.program.token_id,
            key=key,
            fingerprint=self.fingerprint,
            order_id=answer.order_id,
            status=answer.status,
            answer=answer.body,
            at=clock.now(),
        )


def _forget_old(session: Session) -> None:
    old = select(ApiRequest.id).where(ApiRequest.at < clock.now() - timedelta(hours=KEPT_HOURS)).order_by(ApiRequest.at)
    session.execute(delete(ApiRequest).where(ApiRequest.id.in_(old.limit(FORGOTTEN_AT_ONCE))))
