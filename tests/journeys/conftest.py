"""Journeys go all the way: a real browser in front, and real servers behind: for mail, and for webhooks."""

from tests.mail.conftest import app, open_app, post_office  # noqa: F401 (fixtures, to be found here)
from tests.webhooks.conftest import open_receiver, receiver  # noqa: F401 (likewise)
