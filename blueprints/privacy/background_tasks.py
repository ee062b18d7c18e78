"""What runs behind the pages: sweeping the search after an erasure, and clearing old emails."""

import logging

from blueprints import background
from blueprints.privacy.clearing import clear_old_emails
from blueprints.privacy.sweeping import sweep_up

log = logging.getLogger("suki")


@background.task
def sweep_in_background() -> None:
    if sweep_up():
        log.info("the search was swept after an erasure")


@background.task
def clear_in_background() -> None:
    many = clear_old_emails()
    if many:
        log.info("%s old emails were cleared", many)
