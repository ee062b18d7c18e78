"""Refunds: what is owed to customers, and what went back."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access, clock
from blueprints.access import Right, needs
from blueprints.filters import day, money
from blueprints.ids import read_id
from blueprints.orders import orders
from blueprints.orders.history import missed_by
from blueprints.orders.listing_refunds import RefundTab, list_refunds, total_owed
from blueprints.orders.reaching import ways_to_reach
from blueprints.orders.refund_forms import SettleForm, WaiveForm
from blueprints.orders.refusals import MoreThanIsOpen, OrderRefusal, PaidOnNoSuchDay, RefundIsClosed
from blueprints.orders.settling import settle_refund, settlements_of, today_at_the_store, waive_refund
from blueprints.orders.telling import why_nobody_is_told
from blueprints.shop import current_store
from models import CustomerAlert, Order, Refund, db
from models.settlement import USUAL_WAY_BACK


def refund_or_404(refund_id: int) -> Refund:
    """The one door to a refund; whoever settles refunds sees all of the store's."""
    refund = db.session.get(Refund, refund_id)
    if refund is None:
        abort(404)
    return refund


@orders.get("/refunds/")
@needs(Right.SETTLE_REFUNDS)
def refunds() -> ResponseReturnValue:
    wanted = request.args.get("state", "")
    tab = RefundTab(wanted) if wanted in set(RefundTab) else RefundTab.OWED
    found = list_refunds(tab, before=read_id(request.args.get("before")), after=read_id(request.args.get("after")))
    return render_template(
        "orders/refunds.html",
        found=found,
        reach={row.refund.id: ways_to_reach(row.order) for row in found.rows},
        tab=tab,
        tabs=RefundTab,
        total=total_owed() if tab is RefundTab.OWED else None,
    )


@orders.get("/refunds/<id:refund_id>")
@needs(Right.SETTLE_REFUNDS)
def refund_owed(refund_id: int) -> ResponseReturnValue:
    return _page(refund_or_404(refund_id))


@orders.post("/refunds/<id:refund_id>/settle")
@needs(Right.SETTLE_REFUNDS)
def settle(refund_id: int) -> ResponseReturnValue:
    refund = refund_or_404(refund_id)
    order = access.order_or_404(refund.order_id)
    form = SettleForm(meta={"currency": order.currency})
    if not form.validate():
        return _page(refund, settle_form=form, status=422)
    try:
        left = settle_refund(
            refund_id,
            version=form.version.data,
            repayment=form.repayment,
            notify=form.notify.data,
            by=access.actor(),
            once=form.token,
        )
    except (MoreThanIsOpen, PaidOnNoSuchDay) as refusal:
        _say_beside_field(form, order, refusal)
        return _page(refund, settle_form=form, status=422)
    except OrderRefusal as refusal:
        return _page(refund, settle_form=form, refusal=refusal)
    flash(_settled(order, form.repayment.amount, left), "done")
    return redirect(url_for("orders.refund_owed", refund_id=refund_id), 303)


@orders.post("/refunds/<id:refund_id>/waive")
@needs(Right.SETTLE_REFUNDS)
def waive(refund_id: int) -> ResponseReturnValue:
    refund = refund_or_404(refund_id)
    order = access.order_or_404(refund.order_id)
    form = WaiveForm()
    if not form.validate():
        return _page(refund, waive_form=form, status=422)
    try:
        waive_refund(refund_id, version=form.version.data, because=form.because.data or "", by=access.actor())
    except OrderRefusal as refusal:
        return _page(refund, waive_form=form, refusal=refusal)
    flash(_("What was left for order %(number)s is waived.", number=order.number), "done")
    return redirect(url_for("orders.refund_owed", refund_id=refund_id), 303)


def _say_beside_field(form: SettleForm, order: Order, refusal: MoreThanIsOpen | PaidOnNoSuchDay) -> None:
    if isinstance(refusal, MoreThanIsOpen):
        form.say_that_less_is_left(
            _("At most %(amount)s is left to return.", amount=money(refusal.amount, order.currency))
        )
    else:
        form.say_which_days_there_are(
            _("Choose a day from %(first)s to today.", first=day(refusal.earliest))
            if form.repayment.paid_on < refusal.earliest
            else _("This day is still to come. Record the money when it went back.")
        )


def _settled(order: Order, amount: int, left: int) -> str:
    if left:
        return _(
            "%(amount)s was recorded as returned; %(left)s is left.",
            amount=money(amount, order.currency),
            left=money(left, order.currency),
        )
    return _("%(amount)s was recorded as returned. Nothing more is owed.", amount=money(amount, order.currency))


@dataclass(frozen=True)
class Letter:
    """Ready to be sent from the merchant's own mail, or copied into a chat."""

    subject: str
    body: str
    mail_url: str | None
    """Opens their mail program with all of it filled in."""


def _letter(refund: Refund, order: Order) -> Letter:
    subject = _("Your money for order %(number)s", number=order.number)
    letter = current_app.jinja_env.get_template("orders/refund_letter.txt")  # of which no page is asked for its menu
    body = letter.render(store=current_store(), refund=refund, order=order).strip()
    reach = ways_to_reach(order)
    lines = quote(body.replace("\n", "\r\n"), safe="")
    mail_url = f"{reach.mail_url}?subject={quote(subject, safe='')}&body={lines}" if reach.mail_url else None
    return Letter(subject, body, mail_url)


def _forms(refund: Refund, order: Order) -> tuple[SettleForm, WaiveForm]:
    """As they are before anybody has typed."""
    settle_form = SettleForm(formdata=None, meta={"currency": order.currency})
    settle_form.propose(refund, USUAL_WAY_BACK[order.payment_method], today_at_the_store(clock.now()))
    return settle_form, WaiveForm(formdata=None)


def _page(
    refund: Refund,
    *,
    settle_form: SettleForm | None = None,
    waive_form: WaiveForm | None = None,
    refusal: OrderRefusal | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    order, session = access.order_or_404(refund.order_id), db.session()
    if refusal is None and status != 200 and not refund.is_open:
        refusal = RefundIsClosed()
    fresh = _forms(refund, order)
    forms = (settle_form or fresh[0], waive_form or fresh[1])
    for form in forms:
        form.drawn_for(order, anew=refusal is not None)
    page = render_template(
        "orders/refund_owed.html",
        refund=refund,
        order=order,
        settlements=settlements_of(session, refund),
        settle_form=forms[0],
        waive_form=forms[1],
        refusal=refusal,
        missed=missed_by(order, refusal),
        reach=ways_to_reach(order),
        nobody=why_nobody_is_told(order, kind=CustomerAlert.REFUND_SETTLED.value),
        letter=_letter(refund, order) if refund.is_open else None,
    )
    return page, 409 if refusal else status
