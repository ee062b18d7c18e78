"""How long a session lasts. One that is over is ended by a row, for good, so that a clock that is set back later
revives none: by whoever comes with it, and by a task behind the pages when nobody does. Long after,
the row goes too."""

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, delete, or_, select, union_all, update

from blueprints import clock
from blueprints.throttling import forget_old_tries, old_tries
from models import Role, User, UserSession, WindowEntry, db, writing

# How long a session may lie idle, and how long it may last in all.
SESSION_LIMITS: dict[Role, tuple[timedelta, timedelta]] = {
    Role.OWNER: (timedelta(minutes=60), timedelta(hours=12)),
    Role.STAFF: (timedelta(minutes=60), timedelta(hours=12)),
    Role.SUPPORT: (timedelta(minutes=30), timedelta(hours=8)),
}

# From where somebody signed in may be asked for as long; then it is nobody's business.
KEPT = timedelta(days=90)
MOST_FORGOTTEN_AT_ONCE = 200


def is_over(user_session: UserSession, role: Role, now: datetime) -> bool:
    idle, whole = SESSION_LIMITS[role]
    return now - user_session.last_seen_at > idle or now - user_session.created_at > whole


def tidy_sessions() -> None:
    """Ends what is over, and forgets what ended long ago, and from where wrong passwords came."""
    now = clock.now()
    is_any = db.session.scalar(union_all(_lapsed(now), _old(now), old_tries(now)).limit(1)) is not None
    db.session.rollback()
    if is_any:
        with writing() as session:
            now = clock.now()
            session.execute(update(UserSession).where(UserSession.id.in_(_lapsed(now))).values(ended_at=now))
            session.execute(delete(UserSession).where(UserSession.id.in_(_old(now).limit(MOST_FORGOTTEN_AT_ONCE))))
            forget_old_tries(session, now)


def _lapsed(now: datetime) -> Select[int]:
    """As is_over, asked of the database."""
    seen, began = UserSession.last_seen_at, UserSession.created_at
    over = [
        and_(User.role == role, or_(seen < now - idle, began < now - whole))
        for role, (idle, whole) in SESSION_LIMITS.items()
    ]
    found = select(UserSession.id).join(User, User.id == UserSession.user_id)
    return found.where(UserSession.ended_at.is_(None), or_(*over))


def _old(now: datetime) -> Select[int]:
    """But those in which an agent was inside of the store: who that was stays for good."""
    were_inside = select(WindowEntry.user_session_id)
    return select(UserSession.id).where(UserSession.ended_at < now - KEPT, UserSession.id.not_in(were_inside))
