"""How long a session lasts. One that is over is ended by a row, for good, so that a clock that is set back later
revives none: by whoever comes with it, and by a task behind the pages when nobody does."""

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select, update

from blueprints import background, clock
from models import Role, User, UserSession, db, writing

# How long a session may lie idle, and how long it may last in all.
SESSION_LIMITS: dict[Role, tuple[timedelta, timedelta]] = {
    Role.OWNER: (timedelta(minutes=60), timedelta(hours=12)),
    Role.STAFF: (timedelta(minutes=60), timedelta(hours=12)),
    Role.SUPPORT: (timedelta(minutes=30), timedelta(hours=8)),
}


def is_over(user_session: UserSession, role: Role, now: datetime) -> bool:
    idle, whole = SESSION_LIMITS[role]
    return now - user_session.last_seen_at > idle or now - user_session.created_at > whole


@background.task
def end_lapsed_sessions() -> None:
    is_any = db.session.scalar(_lapsed(clock.now()).limit(1)) is not None
    db.session.rollback()
    if is_any:
        with writing() as session:
            now = clock.now()
            session.execute(update(UserSession).where(UserSession.id.in_(_lapsed(now))).values(ended_at=now))


def _lapsed(now: datetime) -> Select[int]:
    """As is_over, asked of the database."""
    seen, began = UserSession.last_seen_at, UserSession.created_at
    over = [
        and_(User.role == role, or_(seen < now - idle, began < now - whole))
        for role, (idle, whole) in SESSION_LIMITS.items()
    ]
    found = select(UserSession.id).join(User, User.id == UserSession.user_id)
    return found.where(UserSession.ended_at.is_(None), or_(*over))
