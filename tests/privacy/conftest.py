"""A shop that has mail of its own, and a customer with a long story in it: told once, and copied for each test."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models import Order, Store, db
from tests.conftest import make_app
from tests.privacy.customers import SOMEBODY, a_long_story
from tests.shop import Shop
from tests.storing import copy_shop


@pytest.fixture(scope="session")
def first_day(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a-long-story")
    copy_shop(first_day, folder / "suki.db")
    app = make_app(folder)
    shop = Shop(app)
    shop.change(shop.get(Store, 1), email="nena@example.com", support_email="tulong@example.com")
    a_long_story(app, shop)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()  # whoever closes the database last writes all of it into the one file
    return folder / "suki.db"


@pytest.fixture
def shop(app: Flask) -> Shop:
    shop = Shop(app)
    shop._last = 2000
    return shop


@pytest.fixture
def orders(shop: Shop) -> list[Order]:
    theirs = select(Order.id).where(Order.customer_email == SOMEBODY["customer_email"]).order_by(Order.id)
    return [shop.get(Order, order_id) for order_id in shop.all(theirs)]
