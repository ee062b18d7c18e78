"""The many ordinary orders around the special ones: who buys what, how it is paid, and how it goes out."""

import random

from blueprints.demo.data import CUSTOMER_NOTES, CUSTOMERS, GOODS, NOTES, REGULARS, SELDOM, Customer, Reach
from blueprints.demo.steps import Book, Change, Pay, Step, Story, Wait
from models import OrderStatus as S
from models import PaymentMethod as M

OLDEST = 92
# Of the last days, which still have orders on their way; the others are spread over what was before.
RECENT = (1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6)
# A day is over for an order when it would be even if it had come in late in the evening.
DAY_H, LATE_H = 24, 17

METHODS = {
    Reach.COUNTER: ((M.CASH_ON_PICKUP, 6), (M.GCASH, 3)),
    Reach.RIDER: ((M.COD, 5), (M.GCASH, 5), (M.MAYA, 1)),
    Reach.CITY: ((M.GCASH, 6), (M.COD, 3), (M.MAYA, 3), (M.CARD, 3), (M.BANK_TRANSFER, 1)),
    Reach.PROVINCE: ((M.GCASH, 5), (M.COD, 5), (M.MAYA, 2), (M.CARD, 2), (M.BANK_TRANSFER, 2)),
}
SHIPPING = {Reach.COUNTER: (0,), Reach.RIDER: (6000,), Reach.CITY: (11000, 13000), Reach.PROVINCE: (12000, 18000)}
PAID_LATER = (M.COD, M.CASH_ON_PICKUP)
SUKI_DISCOUNT = 5000
PEOPLE = tuple(key for key in CUSTOMERS if key not in SELDOM)


def ordinary_stories(count: int, dice: random.Random) -> list[Story]:
    spread = count - len(RECENT)
    days = [*RECENT, *(round(7 + (OLDEST - 7) * (number + dice.random()) / spread) for number in range(spread))]
    return [_story(day, dice) for day in days]


def _story(days_ago: int, dice: random.Random) -> Story:
    key = dice.choice(REGULARS if dice.random() < 0.25 else PEOPLE)
    customer = CUSTOMERS[key]
    methods, chances = zip(*METHODS[customer.reach], strict=True)
    method = dice.choices(methods, chances)[0]
    basket = _basket(customer, dice)
    worth = sum(GOODS[sku].price * quantity for sku, quantity in basket.items())
    return Story(
        customer=key,
        days_ago=days_ago,
        hour=dice.triangular(7, 22.5, 11),
        basket=basket,
        method=method,
        steps=tuple(_so_far(days_ago, _steps(customer.reach, method, dice))),
        customer_note=dice.choice(CUSTOMER_NOTES) if dice.random() < 0.15 else "",
        shipping=dice.choice(SHIPPING[customer.reach]),
        discount=SUKI_DISCOUNT if key in REGULARS and worth > 100000 else 0,
        by=dice.choice(("ana", "ben")),
    )


def _basket(customer: Customer, dice: random.Random) -> dict[str, int]:
    far = customer.reach is Reach.PROVINCE
    goods = {sku: good.chance for sku, good in GOODS.items() if good.travels or not far}
    wanted = dice.choices(tuple(goods), tuple(goods.values()), k=dice.choice((1, 1, 2, 2, 2, 3, 3, 4, 5)))
    return {sku: wanted.count(sku) + (dice.random() < 0.2) for sku in dict.fromkeys(wanted)}


def _steps(reach: Reach, method: M, dice: random.Random) -> list[Step]:
    before: list[Step] = [Change(0.6, S.ACCEPTED, _note("accepted", dice))]
    if method not in PAID_LATER:
        before.insert(0, Pay(9 if method is M.BANK_TRANSFER else 0.1))
    if dice.random() < 0.25:
        before.append(Change(1.5, S.PROCESSING))
    # Paid at the door or at the counter, a moment before it is done.
    end: list[Step] = [Change(0.05, S.COMPLETED)]
    if method in PAID_LATER:
        end.insert(0, Pay(0.02))
    return before + _way(reach, dice) + end


def _way(reach: Reach, dice: random.Random) -> list[Step]:
    if reach is Reach.COUNTER:
        return [Change(3, S.READY_FOR_PICKUP, _note("ready_for_pickup", dice)), Wait(18)]
    if reach is Reach.PROVINCE or (reach is Reach.CITY and dice.random() < 0.3):
        days = 44 if reach is Reach.CITY else 70
        return [Book(2, "J&T Express"), Change(4, S.SHIPPED, _note("shipped", dice)), Wait(days)]
    courier = "Own rider" if reach is Reach.RIDER else "Lalamove"
    return [
        Book(dice.choice((2, 17, 21)), courier),
        Change(0.7, S.OUT_FOR_DELIVERY, _note("out_for_delivery", dice)),
        Wait(1.3),
    ]


def _note(status: str, dice: random.Random) -> str:
    return dice.choice(NOTES[status]) if dice.random() < 0.12 else ""


def _so_far(days_ago: int, steps: list[Step]) -> list[Step]:
    """The steps for which there was time, whatever the time of day is now: the demo looks the same at any."""
    hours, done = 0.0, []
    for step in steps:
        hours += step.after
        if hours > days_ago * DAY_H - LATE_H:
            break
        done.append(step)
    return done
