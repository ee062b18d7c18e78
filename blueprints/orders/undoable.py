"""Which cancels one click still undoes, asked of the database for a whole list at once."""

from sqlalchemy import bindparam, exists, or_, select

from blueprints import clock
from models import Cancellation, Email, EmailState, Refund
from models.base import UTCDateTime
from models.cancellation import HOLDS_FOR_ALL

# The clock is asked when the list is.
UNDOABLE = (
    select(Cancellation.id)
    .outerjoin(Email, Email.id == Cancellation.email_id)
    .where(
        HOLDS_FOR_ALL,
        Cancellation.undo_until > bindparam("now", callable_=clock.now, type_=UTCDateTime),
        or_(Email.id.is_(None), Email.state.in_((EmailState.HELD, EmailState.NOT_SENT))),
        ~exists().where(
            Refund.cancellation_id == Cancellation.id, or_(Refund.settled_at.is_not(None), Refund.settled > 0)
        ),
    )
)
