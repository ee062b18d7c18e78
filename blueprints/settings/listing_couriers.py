"""The couriers that the store books with, and which of them only support can cancel with.

None is ever deleted, because orders name them: one that is not used any more is taken off the list.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from models import Actor, Courier, Event, db, writing
from models.search import fold


class CourierIsListed(Exception):
    """There is one of that name already, maybe taken off the list."""

    def __init__(self, courier: Courier) -> None:
        super().__init__(f"courier {courier.id} has that name")
        self.name, self.active = courier.name, courier.active


def find_couriers() -> tuple[list[Courier], list[Courier]]:
    """Those on the list, and those off it."""
    found = db.session.scalars(select(Courier).order_by(Courier.name)).all()
    return [courier for courier in found if courier.active], [courier for courier in found if not courier.active]


@dataclass(frozen=True)
class CourierWish:
    name: str
    integrated: bool
    tracking_url: str | None


def add_courier(wish: CourierWish, *, by: Actor) -> None:
    """Raises CourierIsListed."""
    with writing() as session:
        _refuse_second(session, wish.name)
        session.add(Courier(name=wish.name, integrated=wish.integrated, tracking_url=wish.tracking_url))
        _leave_event(session, by)


def change_courier(courier_id: int, wish: CourierWish, *, by: Actor) -> None:
    """Bookings stay as they were made: they keep the mark that the courier had then. Raises CourierIsListed."""
    with writing() as session:
        courier = session.get_one(Courier, courier_id)
        _refuse_second(session, wish.name, apart_from=courier)
        courier.name, courier.integrated, courier.tracking_url = wish.name, wish.integrated, wish.tracking_url
        if session.is_modified(courier):
            _leave_event(session, by)


def list_courier(courier_id: int, *, active: bool, by: Actor) -> None:
    """Takes a courier off the list, or puts it back."""
    with writing() as session:
        courier = session.get_one(Courier, courier_id)
        courier.active = active
        if session.is_modified(courier):
            _leave_event(session, by)


def _refuse_second(session: Session, name: str, apart_from: Courier | None = None) -> None:
    """Two names are one when they differ in capitals or accents only."""
    for courier in session.scalars(select(Courier)):
        if courier is not apart_from and fold(courier.name) == fold(name):
            raise CourierIsListed(courier)


def _leave_event(session: Session, by: Actor) -> None:
    session.add(Event(code="settings.changed.couriers", at=clock.now(), user_id=by.user_id))
