"""Accepting the ticked orders of the list."""

import time
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints import access
from blueprints.access import Right, needs
from blueprints.orders import orders
from blueprints.orders.accepting_many import MOST_AT_ONCE, Acceptance, WhyLeft, accept_many
from blueprints.orders.bulk_forms import read_ticks
from blueprints.orders.bulk_gathering import NothingTicked, TooMany
from blueprints.orders.find_forms import FindForm

AT_ONCE_S = 5.0
"""Nothing goes on behind the page: what is not reached by then is said."""
MOST_NAMED = 10


@orders.post("/orders/accept")
@needs(Right.CHANGE_ORDERS)
def accept() -> ResponseReturnValue:
    asked: dict[str, Any] = FindForm(request.form).asked()
    until = time.monotonic() + AT_ONCE_S
    try:
        came_to = accept_many(
            read_ticks(request.form.getlist("order")), by=access.actor(), enough=lambda: time.monotonic() > until
        )
    except NothingTicked:
        flash(_("No order was ticked. Tick those that you want to accept, then press the button again."), "problem")
    except TooMany:
        flash(
            _(
                "At most %(most)s orders can be accepted together. Tick fewer. Nothing was changed.",
                most=MOST_AT_ONCE,
            ),
            "problem",
        )
    else:
        _say(came_to)
    return redirect(url_for(".listing", **asked), 303)


def _say(came_to: Acceptance) -> None:
    if many := len(came_to.accepted):
        flash(ngettext("%(num)s order is accepted.", "%(num)s orders are accepted.", many), "done")
    for why, numbers in came_to.left.items():
        flash(_in_words(why, _named(numbers)), "problem" if why is WhyLeft.FAILED else "notice")


def _named(numbers: list[str]) -> str:
    """No more of them than a cookie holds."""
    named, others = ", ".join(numbers[:MOST_NAMED]), len(numbers) - MOST_NAMED
    return _("%(numbers)s and %(count)s more", numbers=named, count=others) if others > 0 else named


def _in_words(why: WhyLeft, numbers: str) -> str:
    words = {
        WhyLeft.NOT_PENDING: _("Not pending any more, so left as they are: %(numbers)s.", numbers=numbers),
        WhyLeft.CHANGED: _(
            "Changed since the list was shown, so not accepted. Look at them again: %(numbers)s.", numbers=numbers
        ),
        WhyLeft.ASKED: _(
            "Not accepted, as the customer asks to cancel. Open them and answer first: %(numbers)s.", numbers=numbers
        ),
        WhyLeft.NOT_REACHED: _(
            "Not accepted yet, as it took too long. Tick them and press the button again: %(numbers)s.", numbers=numbers
        ),
        WhyLeft.FAILED: _(
            "Not accepted, by a fault of ours. Open each and accept it there: %(numbers)s.", numbers=numbers
        ),
    }
    return words[why]
