"""Making a demo store, and making it new: all of it in one transaction, so that there is the old one or the new one."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import force_locale
from sqlalchemy import insert, inspect, select, update
from sqlalchemy.orm import Session

from blueprints import clock, shop
from blueprints.demo import reminding
from blueprints.demo.data import FEEDBACK, GOODS, STORE_EMAIL, STORE_NAME, STORE_PHONE
from blueprints.demo.data_stories import QUESTIONS, STORIES
from blueprints.demo.inventing import ordinary_stories
from blueprints.demo.living import Desk, WriteEmail
from blueprints.demo.requesting import ask_some
from blueprints.demo.signing_in import sign_in_all
from blueprints.demo.telling_bookkeeping import tell_bookkeeping
from blueprints.demo_accounts import DEMO_ACCOUNTS, FACTOR_MARK, SUPPORT
from blueprints.stock import move
from blueprints.tokens import hash_of, new_token
from models import (
    Actor,
    ApiToken,
    ArticleFeedback,
    Base,
    CancelRequest,
    Courier,
    Event,
    Language,
    MovementKind,
    Order,
    Product,
    Reason,
    SecondFactor,
    Store,
    TokenEvent,
    User,
    writing,
)
from models.base import on_postgresql
from models.postgresql import empty, go_on_counting
from models.store import FIRST_COURIERS, FIRST_REASONS

ORDERS = 120
OPENED = timedelta(days=100)
FROM_WEB_SHOP = 9
# The same orders every time, but for their dates: whoever teaches with the demo knows whom to look for.
SEED = 1899


class NotADemo(Exception):
    """The database is somebody’s real store, or becoming one. Nothing was changed."""


def make_demo(*, password_hash: str, write_email: WriteEmail, anew: bool = False) -> bool:
    """Whether it made one: a demo that is there already stays as it is, unless `anew`. Raises NotADemo."""
    try:
        with writing() as session:
            if is_demo(session):
                if not anew:
                    return False
                _empty(session)
            _fill(session, password_hash, write_email, clock.now())
            go_on_counting(session.connection(), Base.metadata.sorted_tables)
    finally:
        shop.forget_store()
    return True


def is_demo(session: Session) -> bool:
    """False where there is nothing yet. Raises NotADemo. Asked of an older demo too, before it is migrated."""
    tables = set(inspect(session.connection()).get_table_names()) - {"alembic_version"}
    if not tables:
        return False
    if not {Store.__tablename__, User.__tablename__} <= tables:
        raise NotADemo
    found = session.scalar(select(Store.is_demo))
    if not found and (found is False or session.scalar(select(User.id).limit(1)) is not None):
        raise NotADemo
    return bool(found)


def _empty(session: Session) -> None:
    """In this same transaction. Tables of SQLite's are dropped and made again: of history no row can be deleted, not
    even here."""
    if on_postgresql():
        empty(session.connection(), Base.metadata.sorted_tables)
        return
    Base.metadata.drop_all(session.connection())
    Base.metadata.create_all(session.connection())


def _fill(session: Session, password_hash: str, write_email: WriteEmail, now: datetime) -> None:
    _open_store(session, now)
    users = _add_users(session, password_hash, now - OPENED)
    _stock_shelves(session, users["ana"].as_actor(), now - OPENED)
    couriers = {name: Courier(name=name, integrated=integrated) for name, integrated in FIRST_COURIERS}
    labels = FIRST_REASONS[Language.ENGLISH]
    reasons = {label: Reason(label=label, rank=rank) for rank, label in enumerate(labels, start=1)}
    _add(session, (*couriers.values(), *reasons.values()))
    dice = random.Random(SEED)  # noqa: S311 (nobody has to guess it)
    desk = Desk(now, dice, users, couriers, reasons, write_email)
    with force_locale(Language.ENGLISH.value):  # whatever language the demo was switched to
        for question in QUESTIONS:
            desk.answer(question)
        desk.live([*STORIES, *ordinary_stories(ORDERS - len(STORIES), dice)])
        requests = ask_some(desk)
        reminded = reminding.remind(desk)
    _put_into_books(session, desk, requests)
    _add(session, reminding.rows(reminded))
    tell_bookkeeping(session, desk, now - OPENED)
    _let_program_in(session, users["ana"])
    _add(session, sign_in_all(users, now))
    _give_feedback(session, users, now)


def _open_store(session: Session, now: datetime) -> None:
    """As a plain row, like the users: whoever asked for the reset may still hold what they read of the old ones."""
    session.execute(
        insert(Store),
        {
            "id": 1,
            "name": STORE_NAME,
            "email": STORE_EMAIL,
            "phone": STORE_PHONE,
            "currency": "PHP",
            "timezone": "Asia/Manila",
            "language": Language.ENGLISH,
            "support_name": "Suki Support",
            "support_email": "support@example.com",
            "is_demo": True,
            **reminding.terms(since=now - OPENED),
        },
    )
    shop.forget_store()


def _add_users(session: Session, password_hash: str, at: datetime) -> dict[str, User]:
    """By the name before their address’s @."""
    rows = [{**account._asdict(), "password_hash": password_hash, "created_at": at} for account in DEMO_ACCOUNTS]
    session.execute(insert(User), rows)
    of_support = select(User.id).where(User.email == SUPPORT.email).scalar_subquery()
    session.execute(insert(SecondFactor).values(user_id=of_support, mark=FACTOR_MARK, confirmed_at=at, last_step=0))
    return {user.email.partition("@")[0]: user for user in session.scalars(select(User))}


def _stock_shelves(session: Session, by: Actor, at: datetime) -> None:
    """Counted on the day the shop opened, before any order."""
    for sku, good in GOODS.items():
        product = Product(sku=sku, name=good.name, tracked=good.on_hand is not None, on_hand=0, created_at=at)
        _add(session, [product])
        if good.on_hand:
            move(session, product, good.on_hand, MovementKind.COUNTED, by=by, at=at)


def _put_into_books(session: Session, desk: Desk, requests: list[CancelRequest]) -> None:
    """Rows that point to others come after them; emails and events get their numbers in the order of time."""
    _add(session, desk.orders)
    for order in desk.orders:
        session.execute(update(Order.__table__).where(Order.id == order.id).values(version=desk.versions[order.id]))  # type: ignore[arg-type]  # a mapped class's table is a Table
    for case in desk.cases:
        for rows in case.rows():
            _add(session, rows)
    emails = sorted(desk.emails, key=lambda email: email.created_at)
    _add(session, emails)
    _add(session, desk.cancellations)
    told = ((event, None) for case in desk.cases for event in case.events)
    events = sorted([*desk.events, *told], key=lambda pair: pair[0].at)
    for event, email in events:
        event.email_id = email.id if email else None
    _add(session, (*desk.refunds, *(event for event, _ in events), *requests))
    _add(session, desk.settlements)
    for case in desk.cases:
        case.end_window()
    session.flush()


def _let_program_in(session: Session, owner: User) -> None:
    """A web shop, through which the latest of the owner's orders came in. Nobody has its token, and nobody gets it."""
    entered = select(Event).where(Event.code == "order.created", Event.user_id == owner.id)
    events = session.scalars(entered.order_by(Event.id.desc()).limit(FROM_WEB_SHOP)).all()
    secret = new_token()
    token = ApiToken(
        name="Storefront",
        token_hash=hash_of(secret),
        last_four=secret[-4:],
        may_write=True,
        created_at=events[-1].at - timedelta(hours=1),
        created_by_id=owner.id,
        last_used_at=events[0].at,
    )
    _add(session, [token])
    _add(session, [TokenEvent(event_id=event.id, token_id=token.id) for event in events])


def _give_feedback(session: Session, users: dict[str, User], now: datetime) -> None:
    votes = [
        ArticleFeedback(
            article="cancel-an-order",
            helpful=True,
            comment=comment,
            user_id=users[name].id,
            at=now - timedelta(days=days),
        )
        for name, comment, days in (("ben", FEEDBACK, 11), ("carla", "", 4))
    ]
    _add(session, votes)


def _add(session: Session, rows: Iterable[Base]) -> None:
    session.add_all(rows)
    session.flush()
