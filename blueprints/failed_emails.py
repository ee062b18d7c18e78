"""Which failed emails somebody should see to. Whoever counts or lists them asks here, so that all say the same."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from blueprints import clock
from models import CustomerAlert, Email, EmailState, OrderStatus
from models.base import UTCDateTime
from models.email import kind_of

MOST_LOOKED_AT = 500
"""They are looked for among the newest so many; a shop that has more has other worries."""
LATELY = timedelta(days=7)

_STEPS = tuple(kind_of(status) for status in OrderStatus)
_ENDS = (CustomerAlert.ORDER_CANCELLED, CustomerAlert.ORDER_DECLINED)
_OF_WHAT_GOES_ON = (CustomerAlert.ORDER_PART_CANCELLED, CustomerAlert.ORDER_REINSTATED)

_later = aliased(Email)
_NEWEST = select(Email.id).where(Email.state == EmailState.FAILED).order_by(Email.id.desc()).limit(MOST_LOOKED_AT)
_NO_ORDER, _NO_TICKET = Email.order_id.is_(None), Email.ticket_id.is_(None)
_IS_COPY = _later.again_of_id == func.coalesce(Email.again_of_id, Email.id)
_IS_OF_SAME = and_(_later.kind == Email.kind, or_(_later.recipient == Email.recipient, _IS_COPY))


def _unless_later(*those: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~exists().where(_later.id > Email.id, *those)


# The order has come further since it was first written: that it was accepted is no news when it was cancelled.
_IS_OVERTAKEN = exists().where(
    _later.order_id == Email.order_id,
    _later.id > func.coalesce(Email.again_of_id, Email.id),
    _later.again_of_id.is_(None),
    _later.over_since.is_(None),
    _later.kind != Email.kind,
    or_(
        and_(Email.kind.in_(_STEPS), _later.kind.in_(_STEPS)),
        and_(Email.kind.in_(_OF_WHAT_GOES_ON), _later.kind.in_(_ENDS)),
    ),
)

FAILED_EMAILS = select(Email.id).where(
    Email.id.in_(_NEWEST),
    Email.state == EmailState.FAILED,
    Email.over_since.is_(None),
    or_(
        and_(~_NO_ORDER, _unless_later(_later.order_id == Email.order_id, _IS_OF_SAME), ~_IS_OVERTAKEN),
        and_(_NO_ORDER, ~_NO_TICKET, _unless_later(_later.ticket_id == Email.ticket_id, _IS_OF_SAME)),
        and_(
            _NO_ORDER,
            _NO_TICKET,
            # The clock is asked when they are.
            Email.created_at > bindparam("lately", callable_=lambda: clock.now() - LATELY, type_=UTCDateTime),
            _unless_later(_later.order_id.is_(None), _later.ticket_id.is_(None), _IS_COPY),
        ),
    ),
)
"""Their ids: those that are true still and of which no other was written since, for the same reader or as a copy: that
one tells how it stands. What is about no order and no ticket is of no use for long, so of these the latest."""
