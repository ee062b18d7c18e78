"""Where a day at the desk is spent: Today, the list, and one order."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.orders import orders
from blueprints.orders.awaiting_payment import cancels_of
from blueprints.orders.change_forms import ChangeStatusForm, NoteForm, VersionForm
from blueprints.orders.counting import NOTHING_SAID, count_waiting
from blueprints.orders.email_forms import AddressForm, Correction
from blueprints.orders.find_forms import FindForm, filters_beyond_tab, filters_of, tab_links
from blueprints.orders.finding import Filters, find_orders
from blueprints.orders.history import lines_of, missed_by, program_that_entered
from blueprints.orders.needing_attention import Attention
from blueprints.orders.proving_emails import proof_of, why_untold
from blueprints.orders.reaching import ways_to_reach
from blueprints.orders.refusals import OrderRefusal, refusal_of
from blueprints.orders.showing import status_area
from blueprints.outbox import Message
from models import Order, OrderStatus
from models.order_states import FINISHED

LATEST = 6


@orders.get("/")
@needs(Right.SEE_SHOP)
def today() -> ResponseReturnValue:
    latest = find_orders("", Filters(), limit=LATEST).rows
    return render_template(
        "orders/today.html",
        latest=latest,
        cancels=cancels_of(latest),
        waiting=count_waiting(only_about_orders=not access.may(Right.MANAGE_STORE)),
        may_add_orders=access.may(Right.ADD_ORDERS),
    )


@orders.get("/orders/")
@needs(Right.SEE_ORDERS)
def listing() -> ResponseReturnValue:
    form = FindForm(request.args)
    asked = form.asked()
    filters = replace(filters_of(asked), only=access.only_place_in_list())
    found = find_orders(asked.get("q", ""), filters, before=_position_in("before"), after=_position_in("after"))
    may_see_shop = access.may(Right.SEE_SHOP)
    waiting = count_waiting() if may_see_shop else NOTHING_SAID
    tabs = tab_links(asked, waiting)
    may_change = access.may(Right.CHANGE_ORDERS)
    may_be_some = found.previous or found.next or any(row.status not in FINISHED for row in found.rows)
    return render_template(
        "orders/list.html",
        form=form,
        asked=asked,
        found=found,
        cancels=cancels_of(found.rows),
        tabs=tabs,
        filters_set=filters_beyond_tab(asked),
        untold=why_untold(found.rows) if may_see_shop and filters.attention is Attention.NOT_TOLD else {},
        waiting=waiting,
        may_add_orders=access.may(Right.ADD_ORDERS),
        may_cancel_some=may_change and may_be_some,
        may_accept_some=may_change and any(row.status is OrderStatus.PENDING for row in found.rows),
    )


def _position_in(name: str) -> int | None:
    """A place in the list; anything else is no place, and the list begins at its top."""
    text = request.args.get(name, "")
    return int(text) if re.fullmatch("[0-9]{1,18}|[1-8][0-9]{18}", text) else None


@orders.get("/orders/<id:order_id>")
@needs(Right.SEE_ORDERS)
def detail(order_id: int) -> ResponseReturnValue:
    return order_page(access.order_or_404(order_id))


def order_page(
    order: Order,
    *,
    status_form: ChangeStatusForm | None = None,
    refusal: OrderRefusal | None = None,
    preview: Message | None = None,
    correction: Correction | None = None,
    note_form: NoteForm | None = None,
) -> str:
    """The order's page, for every route whose form stands on it: with what was typed, and what was refused."""
    status_form = status_form or ChangeStatusForm(formdata=None)
    status_form.drawn_for(order, anew=refusal is not None)
    history = lines_of(order)
    return render_template(
        "orders/order.html",
        order=order,
        reach=ways_to_reach(order),
        status_form=status_form,
        area=status_area(order),
        proof=proof_of(order, asked_about=correction.email_id if correction else None),
        address_form=AddressForm(formdata=None),
        correction=correction,
        preview=preview,
        note_form=note_form or NoteForm(formdata=None),
        history=history,
        entered_by=program_that_entered(history),
        refusal=refusal,
        missed=missed_by(order, refusal),
        may_settle_refunds=access.may(Right.SETTLE_REFUNDS),
    )


def form_page(
    template: str,
    order: Order,
    form: VersionForm,
    rule: Callable[[Order], None],
    *,
    status: int = 200,
    refusal: OrderRefusal | None = None,
    **shown: Any,
) -> ResponseReturnValue:
    """A page with a form about one order. The rule is asked each time it is drawn, before anybody fills in what could
    not be saved."""
    refusal = refusal or refusal_of(rule, order)
    form.drawn_for(order, anew=refusal is not None)
    missed = missed_by(order, refusal)
    page = render_template(template, order=order, form=form, refusal=refusal, missed=missed, **shown)
    return page, 409 if refusal else status


def after_correcting(order: Order, corrected: str | None, *, part: str) -> ResponseReturnValue:
    """`corrected`: the sentence about it; None: nothing was different. `part`: of the order's page, by its id."""
    if corrected is None:
        flash(_("Nothing was different, so nothing was saved."), "notice")
    else:
        flash(corrected, "done")
    return redirect(url_for("orders.detail", order_id=order.id, _anchor=part), 303)
