"""Who of the support team takes a ticket."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from blueprints.support.refusals import NoSuchAgent
from blueprints.support.replying import reread
from models import Actor, Event, Role, User, writing

_AGENTS = select(User).where(User.role == Role.SUPPORT, User.disabled_at.is_(None))


def assign(ticket_id: int, agent_id: int | None, *, by: Actor) -> None:
    """To nobody when `agent_id` is None. Raises NoSuchAgent."""
    with writing() as session:
        ticket = reread(session, ticket_id)
        if agent_id is not None and agent_id not in [agent.id for agent in agents(session)]:
            raise NoSuchAgent
        if ticket.assignee_id == agent_id:
            return
        ticket.assignee_id = agent_id
        code = "ticket.assigned" if agent_id else "ticket.unassigned"
        session.add(Event(at=clock.now(), code=code, user_id=by.user_id, about_id=agent_id, ticket_id=ticket.id))


def agents(session: Session) -> list[User]:
    return list(session.scalars(_AGENTS.order_by(User.name, User.id)))


def is_staffed(session: Session) -> bool:
    """Whether anybody could sign in and read a ticket."""
    return session.scalars(_AGENTS.limit(1)).first() is not None
