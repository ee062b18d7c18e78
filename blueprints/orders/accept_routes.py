"""Accepting the ticked orders of the list."""

import time
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from blueprints import access
from blueprints.access import Right, needs
from blueprints.filters import few
from blueprints.orders import orders
from blueprints.orders.accepting_many import MOST_AT_ONCE, Acceptance, WhyLeft, accept_many
from blueprints.orders.bulk_forms import read_ticks
from blueprints.orders.bulk_gathering import NothingTicked, TooMany
from blueprints.orders.find_forms import FindForm

AT_ONCE_S = 5.0
"""Nothing goes on behind the page: what is not reached by then is said."""
MOST_NAMED = 10
"""No more than a cookie holds."""
LEFT = {
    WhyLeft.NOT_PENDING: _l("Not pending, so left as they are: %(numbers)s."),
    WhyLeft.CHANGED: _l("Changed since the list was shown, so not accepted. Look at them again: %(numbers)s."),
    WhyLeft.ASKED: _l("Not accepted, as the customer asks to cancel. Open them and answer first: %(numbers)s."),
    WhyLeft.NOT_REACHED: _l(
        "Not accepted yet, as it took too long. Tick them and press the button again: %(numbers)s."
    ),
    WhyLeft.FAILED: _l("Not accepted, by a fault of ours. Open each and accept it there: %(numbers)s."),
}


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
        said = str(LEFT[why]) % {"numbers": few(numbers, MOST_NAMED)}
        flash(said, "problem" if why is WhyLeft.FAILED else "notice")
