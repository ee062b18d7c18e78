"""Journeys go all the way: a real browser in front, and a real mail server behind."""

from tests.mail.conftest import app, open_app, post_office  # noqa: F401 (fixtures, to be found here)
