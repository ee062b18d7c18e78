"""A shop whose mail goes to a server of our own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import make_app
from tests.mail.desk import MailDesk
from tests.mail.server import PostOffice
from tests.storing import copy_shop


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    office.open()
    yield office
    office.close()


@pytest.fixture
def open_app(first_day: Path, tmp_path: Path) -> Callable[..., Flask]:
    """Another process on the same database would be the same: an application of its own."""
    copy_shop(first_day, tmp_path / "suki.db")

    def start(**settings: object) -> Flask:
        return make_app(tmp_path, **{"MAIL_TIMEOUT": 20, **settings})

    return start


@pytest.fixture
def app(open_app: Callable[..., Flask], post_office: PostOffice) -> Flask:
    return open_app(MAIL_PORT=post_office.port)


@pytest.fixture
def desk(app: Flask) -> MailDesk:
    return MailDesk(app)
