"""Whoever sends a request: from where, with which browser, and how they are told to wait after too many tries."""

import logging
from collections.abc import Callable
from datetime import timedelta
from math import ceil

from flask import request
from flask_babel import format_timedelta
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from blueprints.forms import BaseForm
from blueprints.slowing import TooManyTries, network_of

log = logging.getLogger("suki")


def address() -> str:
    return request.remote_addr or ""


def browser() -> str:
    return request.user_agent.string


def told_to_wait(
    form: BaseForm, refusal: TooManyTries, page: Callable[[BaseForm, int], Response], what: str
) -> Response:
    """The same page again, saying how long. `what` was tried, for the log."""
    log.warning("%s slowed address=%s", what, network_of(address()))
    seconds = ceil(refusal.wait.total_seconds())
    wait = format_timedelta(timedelta(seconds=seconds))
    form.form_errors.append(_("There were too many tries from here. Wait %(wait)s, then try again.", wait=wait))
    answer = page(form, 429)
    answer.headers["Retry-After"] = str(seconds)
    return answer
