"""Why a change of an order is refused. Each refusal carries facts; its words stand in orders/_refusal.html."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from models import Order, OrderStatus, RequestState


class OrderRefusal(Exception):
    """Nothing was changed. `code` names the refusal where it is put into words."""

    code = ""
    may_be_tried_again = False
    """With the page as it is drawn now: it says what is new."""


class AlreadyCancelled(OrderRefusal):
    """`by` is None when Suki itself, or whoever imported the order, had it cancelled."""

    code = "already_cancelled"

    def __init__(self, *, at: datetime, by: str | None) -> None:
        super().__init__(f"cancelled by {by} at {at}")
        self.at = at
        self.by = by


class NotCancellable(OrderRefusal):
    """The order has come to its end in another way."""

    code = "not_cancellable"

    def __init__(self, status: OrderStatus) -> None:
        super().__init__(status.value)
        self.status = status


class BookedWithCourier(OrderRefusal):
    """The booking is with an integrated courier: only the support team can cancel it."""

    code = "booked_with_courier"

    def __init__(self, *, courier: str, waybill: str) -> None:
        super().__init__(f"{courier} {waybill}")
        self.courier = courier
        self.waybill = waybill


class OrderChanged(OrderRefusal):
    """Somebody changed the order since the form was drawn. What they did is in the events after version `since`."""

    code = "order_changed"
    may_be_tried_again = True

    def __init__(self, *, since: int, version: int) -> None:
        super().__init__(f"drawn at version {since}, now {version}")
        self.since = since
        self.version = version


class ChangeNotAllowed(OrderRefusal):
    """`to` does not follow from `status`, or not for an order like this one."""

    code = "change_not_allowed"

    def __init__(self, *, status: OrderStatus, to: OrderStatus) -> None:
        super().__init__(f"{status} to {to}")
        self.status = status
        self.to = to


class NothingToChange(OrderRefusal):
    """The order has that status already."""

    code = "nothing_to_change"

    def __init__(self, status: OrderStatus) -> None:
        super().__init__(status.value)
        self.status = status


class ReasonUnknown(OrderRefusal):
    """The reason has been taken off the store's list."""

    code = "reason_unknown"


class ReferenceMissing(OrderRefusal):
    """Support cancels what a courier holds only with the courier's own confirmation."""

    code = "reference_missing"


class FeeTooHigh(OrderRefusal):
    """No more can be kept than was paid and not refunded yet."""

    code = "fee_too_high"

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most}")
        self.most = most


class OrderFormUsedAgain(OrderRefusal):
    """The form that cancelled the order was sent once more, with other words in it."""

    code = "form_used_again"


class DecidedAlready(OrderRefusal):
    """Many orders were started by somebody else or with other words, or left as they are."""

    code = "decided_already"


class NothingChosen(OrderRefusal):
    """A part was to be cancelled, and no piece of any item was named."""

    code = "nothing_chosen"


class ThatIsAll(OrderRefusal):
    """Nothing of the order would remain: that is no part, but all of it."""

    code = "that_is_all"


class NothingToWithdraw(OrderRefusal):
    """No cancel of the order holds, or none that was made here."""

    code = "nothing_to_withdraw"


class UndoIsOver(OrderRefusal):
    """The time in which a cancel can be undone is over, or the customer has heard of it already."""

    code = "undo_is_over"

    def __init__(self, cancellation_id: int) -> None:
        super().__init__(f"cancellation {cancellation_id}")
        self.cancellation_id = cancellation_id


class MoneyWentBack(OrderRefusal):
    """What the cancel owed was settled or waived, in part at least: the order can't be as it was."""

    code = "money_went_back"


class CourierLetGo(OrderRefusal):
    """Support has cancelled the booking with the courier, who will not take the parcel again."""

    code = "courier_let_go"

    def __init__(self, courier: str) -> None:
        super().__init__(courier)
        self.courier = courier


class OrderWentOn(OrderRefusal):
    """The order has gone on since: its parcel is closed, or all of it is cancelled."""

    code = "order_went_on"

    def __init__(self, status: OrderStatus) -> None:
        super().__init__(status.value)
        self.status = status


class StockIsShort(OrderRefusal):
    """More would be short than the page has said. `pieces`: how many are now."""

    code = "stock_is_short"
    may_be_tried_again = True

    def __init__(self, pieces: int) -> None:
        super().__init__(f"{pieces} short")
        self.pieces = pieces


class OrderIsFinished(OrderRefusal):
    """The order has come to its end: nobody books it or pays for it any more."""

    code = "order_is_finished"

    def __init__(self, status: OrderStatus) -> None:
        super().__init__(status.value)
        self.status = status


class AlreadyBooked(OrderRefusal):
    """A courier holds the order already."""

    code = "already_booked"

    def __init__(self, *, courier: str, waybill: str) -> None:
        super().__init__(f"{courier} {waybill}")
        self.courier = courier
        self.waybill = waybill


class NotBooked(OrderRefusal):
    """There is no booking that could be cancelled."""

    code = "not_booked"


class CourierUnknown(OrderRefusal):
    """The courier has been taken off the store's list."""

    code = "courier_unknown"


class NothingOpen(OrderRefusal):
    """All is paid already, or all is paid back."""

    code = "nothing_open"


class MoreThanIsOpen(OrderRefusal):
    """The amount is more than there is to pay, or to pay back."""

    code = "more_than_is_open"

    def __init__(self, amount: int) -> None:
        super().__init__(f"{amount} is open")
        self.amount = amount


class RefundIsOwed(OrderRefusal):
    """What a cancel owes is settled on its own page, where the parts of it are counted."""

    code = "refund_is_owed"

    def __init__(self, refund_id: int) -> None:
        super().__init__(f"refund {refund_id} is open")
        self.refund_id = refund_id


class RefundIsClosed(OrderRefusal):
    """All of it went back already, or what was left was waived."""

    code = "refund_is_closed"


class PaidOnNoSuchDay(OrderRefusal):
    """Money can't have gone back on a day that is still to come, nor before the order was placed."""

    code = "paid_on_no_such_day"

    def __init__(self, *, earliest: date, latest: date) -> None:
        super().__init__(f"{earliest} to {latest}")
        self.earliest = earliest
        self.latest = latest


class TooLateToAsk(OrderRefusal):
    """The order is too far, or has ended, for its customer to ask for a cancel."""

    code = "too_late_to_ask"

    def __init__(self, status: OrderStatus) -> None:
        super().__init__(status.value)
        self.status = status


class NothingAsked(OrderRefusal):
    """No customer has asked that, or not about this order."""

    code = "nothing_asked"


class RequestAnswered(OrderRefusal):
    """What the customer asked is decided. `by` is None when Suki itself did it."""

    code = "request_answered"

    def __init__(self, *, state: RequestState, at: datetime, by: str | None) -> None:
        super().__init__(f"{state} by {by} at {at}")
        self.state = state
        self.at = at
        self.by = by


def refuse_if_changed(order: Order, version: int) -> None:
    """Asked under the lock, of the order as it was just re-read. Raises OrderChanged."""
    if order.version != version:
        raise OrderChanged(since=version, version=order.version)


def refusal_of(rule: Callable[..., None], *asked: Any, **more: Any) -> OrderRefusal | None:
    """What a rule answers to whoever only wants to know, such as a page before it is drawn."""
    try:
        rule(*asked, **more)
    except OrderRefusal as refusal:
        return refusal
    return None
