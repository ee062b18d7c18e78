"""The forms of Settings."""

from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import available_timezones

from babel.core import get_global
from babel.numbers import get_currency_name
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import (
    BooleanField,
    EmailField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TelField,
    URLField,
)
from wtforms.validators import AnyOf, DataRequired, Email, Optional, ValidationError

from blueprints.filters import WORDS, word
from blueprints.forms import NOT_AN_EMAIL, BaseForm, CanTakeMail, CountField, Fits, Ticks
from blueprints.settings.listing_couriers import CourierWish
from blueprints.settings.tracking import TrackingFault, fault_of_tracking
from models import Courier, CustomerAlert, Language, OrderStatus, PaymentStatus, Reason, Store
from models.order_states import BEFORE_DELIVERY
from models.store import LONGEST_UNDO_S

USUAL_CURRENCIES = ("PHP", "USD", "SGD", "HKD", "JPY", "EUR", "GBP", "AUD", "CAD", "AED", "SAR")
USUAL_ZONES = ("Asia/Manila", "Asia/Singapore", "Asia/Hong_Kong", "Asia/Dubai", "Asia/Tokyo", "UTC")
ALERTS_BESIDE_STATUSES = {
    CustomerAlert.ORDER_PART_CANCELLED: _l("Cancelled in part"),
    CustomerAlert.ORDER_REINSTATED: _l("Reinstated after a cancel"),
    CustomerAlert.REFUND_SETTLED: WORDS[PaymentStatus.REFUNDED],
    CustomerAlert.PAYMENT_REMINDER: _l("Still unpaid (a reminder before it is cancelled)"),
}
WRONG_TRACKING = {
    TrackingFault.NOT_AN_ADDRESS: _l("Write the whole address, such as https://example.com/track/{waybill}."),
    TrackingFault.NO_PLACE: _l("Write {waybill} once, in the place of the parcel’s number."),
    TrackingFault.MISPLACED: _l("Write {waybill} after the name of the site, where the parcel’s number stands."),
}
REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def currencies(current: str) -> list[SelectChoice]:
    """Those in use somewhere today. The store's own is always among them, whatever it is."""
    territories = get_global("territory_currencies").values()
    today = {code for used in territories for code, _since, until, tender in used if tender and until is None}
    usual = dict.fromkeys((*USUAL_CURRENCIES, current))
    return [
        *_group(_("Often used"), usual, _currency),
        *_group(_("All others"), sorted(today.difference(usual)), _currency),
    ]


def _currency(code: str) -> str:
    return f"{code} – {get_currency_name(code, locale=get_locale())}"


def zones(current: str) -> list[SelectChoice]:
    """By region, as computers everywhere call them. The store's own is always among them."""
    names = sorted(available_timezones())
    usual = dict.fromkeys((*USUAL_ZONES, current))
    found = _group(_("Often used"), usual, zone_name)
    for region in REGIONS:
        others = (name for name in names if name.startswith(f"{region}/") and name not in usual)
        found += _group(region, others, zone_name)
    return found


def _group(heading: str, values: Iterable[str], label: Callable[[str], str]) -> list[SelectChoice]:
    return [SelectChoice(value, label(value), optgroup=heading) for value in values]


def zone_name(name: str) -> str:
    """`America/Argentina/Buenos_Aires` reads as `Argentina, Buenos Aires`."""
    return ", ".join(name.split("/")[1:] or [name]).replace("_", " ")


class LongSelect(SelectField):
    """A select whose choices come later, and whose one refusal is worded by us."""

    def __init__(self, label: LazyString, *, refusal: LazyString, **options: Any) -> None:
        super().__init__(label, validate_choice=False, **options)
        self.refusal = refusal

    def pre_validate(self, form: BaseForm) -> None:
        AnyOf([choice.value for choice in self.choices], message=self.refusal)(form, self)


def _address(label: LazyString, **options: Any) -> EmailField:
    return EmailField(label, [Optional(), Fits(Store.email), Email(NOT_AN_EMAIL), CanTakeMail()], **options)


class StoreForm(BaseForm):
    name = StringField(_l("Name of the store"), [DataRequired(_l("Enter the name of your store.")), Fits(Store.name)])
    email = _address(_l("Email address"), description=_l("Customers’ answers to your emails go here. They can see it."))
    phone = TelField(
        _l("Phone"), [Fits(Store.phone)], description=_l("In emails to customers, for those who rather call.")
    )
    currency = LongSelect(
        _l("Currency"),
        refusal=_l("Choose a currency from the list."),
        description=_l("For new orders. An order keeps the currency that it came in with."),
    )
    timezone = LongSelect(
        _l("Time zone"),
        refusal=_l("Choose a time zone from the list."),
        description=_l("All times in Suki and in emails are shown in it."),
    )
    language = RadioField(
        _l("Language"),
        choices=[SelectChoice(Language.ENGLISH.value, "English"), SelectChoice(Language.FILIPINO.value, "Filipino")],
        description=_l("For this desk and for emails to customers. What you wrote yourself stays as it is."),
        validate_choice=False,
        validators=[AnyOf(list(Language), message=_l("Choose English or Filipino."))],
    )

    def offer(self, *, currency: str, timezone: str) -> None:
        """Fills the long lists, with what the store has now among them."""
        self.currency.choices = currencies(currency)
        self.timezone.choices = zones(timezone)

    def say_that_a_file_waits(self) -> None:
        self.form_errors.append(
            _(
                "Currency and time zone stay for now: a file of orders was checked with them and is not in yet. "
                "Finish or discard it under Orders, Import; then change them."
            )
        )


class AlertsForm(BaseForm):
    alerts_on = BooleanField(
        _l("Email customers about their orders"),
        description=_l("When this is off nobody is mailed, whatever is ticked below."),
    )
    kinds = Ticks(_l("Email the customer when an order becomes"), validate_choice=False)

    def offer(self) -> None:
        self.kinds.choices = [SelectChoice(kind.value, _becomes(kind)) for kind in CustomerAlert]


def _becomes(kind: CustomerAlert) -> str:
    if kind in ALERTS_BESIDE_STATUSES:
        return str(ALERTS_BESIDE_STATUSES[kind])
    return word(OrderStatus(kind.removeprefix("order_")))


class SupportForm(BaseForm):
    name = StringField(
        _l("Name of the support team"),
        [DataRequired(_l("Enter the name of your support team.")), Fits(Store.support_name)],
    )
    email = _address(_l("Email address of support"), description=_l("Where your staff write when they need help."))


class CancellingForm(BaseForm):
    undo_seconds = CountField(
        _l("Seconds in which a cancel can be undone"),
        most=LONGEST_UNDO_S,
        description=_l("The customer’s email waits as long. 30 is usual, 900 (15 minutes) the most; 0 means no Undo."),
    )

    def validate_undo_seconds(self, field: CountField) -> None:
        if field.data is None and not field.process_errors:
            raise ValidationError(field.bounds)


class RequestsForm(BaseForm):
    may_ask = BooleanField(
        _l("Customers may ask to cancel an order"),
        description=_l("When this is off the links in earlier emails open nothing either."),
    )
    until = RadioField(
        _l("The last status in which they may ask"),
        choices=[SelectChoice(status.value, WORDS[status]) for status in BEFORE_DELIVERY],
        validate_choice=False,
        validators=[AnyOf(list(BEFORE_DELIVERY), message=_l("Choose one of the statuses in the list."))],
    )


def _listed_already(name: str, *, active: bool) -> str:
    if active:
        return _("“%(name)s” is on the list already.", name=name)
    return _("“%(name)s” was taken off the list. Put it back instead.", name=name)


class CourierForm(BaseForm):
    name = StringField(
        _l("Name of the courier"), [DataRequired(_l("Enter the name of the courier.")), Fits(Courier.name)]
    )
    integrated = BooleanField(
        _l("Integrated: only support can cancel its bookings"),
        description=_l("Tick this when the courier takes cancellations from the support team alone."),
    )
    tracking_url = URLField(
        _l("Tracking page"),
        [Fits(Courier.tracking_url)],
        description=_l(
            "Where the courier shows a parcel, with {waybill} in the place of its number, such as "
            "https://example.com/track/{waybill}. Waybills lead there, and customers get the link when the order is "
            "shipped."
        ),
    )

    def validate_tracking_url(self, field: URLField) -> None:
        if field.data and (fault := fault_of_tracking(field.data)):
            raise ValidationError(WRONG_TRACKING[fault])

    @property
    def wish(self) -> CourierWish:
        """Once it is valid."""
        return CourierWish(self.name.data, self.integrated.data, self.tracking_url.data or None)

    def say_that_it_is_listed(self, name: str, *, active: bool) -> None:
        self.name.errors = [_listed_already(name, active=active)]


class ReasonForm(BaseForm):
    label = StringField(_l("Reason"), [DataRequired(_l("Enter a reason.")), Fits(Reason.label)])

    def say_that_it_is_listed(self, label: str, *, active: bool) -> None:
        self.label.errors = [_listed_already(label, active=active)]
