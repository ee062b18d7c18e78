"""How money, times and states read on a page, in the store's currency, zone and language."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, get_currency_precision
from babel.units import format_unit
from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from blueprints import clock
from blueprints.shop import current_store, find_store
from blueprints.translating import cldr_locale
from models import (
    DeliveryFault,
    EmailState,
    NotSentReason,
    OrderSource,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    Role,
    SettlementMethod,
    TicketState,
    UnsentReason,
    WebhookType,
)
from models.text import NO_NAME

WORDS = {
    OrderStatus.PENDING: _l("Pending"),
    OrderStatus.ACCEPTED: _l("Accepted"),
    OrderStatus.PROCESSING: _l("Processing"),
    OrderStatus.READY_FOR_PICKUP: _l("Ready for pick-up"),
    OrderStatus.SHIPPED: _l("Shipped"),
    OrderStatus.OUT_FOR_DELIVERY: _l("Out for delivery"),
    OrderStatus.COMPLETED: _l("Completed"),
    OrderStatus.DECLINED: _l("Declined"),
    OrderStatus.RETURNED: _l("Returned"),
    OrderStatus.CANCELLED: _l("Cancelled"),
    PaymentStatus.UNPAID: _l("Unpaid"),
    PaymentStatus.PAID: _l("Paid"),
    PaymentStatus.PARTIALLY_REFUNDED: _l("Partially refunded"),
    PaymentStatus.REFUNDED: _l("Refunded"),
    PaymentMethod.COD: _l("Cash on delivery"),
    PaymentMethod.CASH_ON_PICKUP: _l("Cash on pick-up"),
    PaymentMethod.GCASH: _l("GCash"),
    PaymentMethod.MAYA: _l("Maya"),
    PaymentMethod.CARD: _l("Card"),
    PaymentMethod.BANK_TRANSFER: _l("Bank transfer"),
    PaymentMethod.OTHER: _l("Other"),
    SettlementMethod.CASH: _l("Cash"),
    SettlementMethod.CARD_REVERSAL: _l("Back to the card"),  # the others are called as among the ways to pay
    OrderSource.FORM: _l("Entered by hand"),
    OrderSource.SHOPIFY: _l("Shopify"),
    OrderSource.WOOCOMMERCE: _l("WooCommerce"),
    OrderSource.SUKI: _l("Suki’s own file"),
    EmailState.HELD: _l("Held"),
    EmailState.QUEUED: _l("Waiting to be sent"),
    EmailState.SENDING: _l("Being sent"),
    EmailState.SENT: _l("Sent"),
    EmailState.FAILED: _l("Failed"),
    EmailState.NOT_SENT: _l("Not sent"),
    NotSentReason.NO_ADDRESS: _l("no email address is on file"),
    NotSentReason.ALERTS_OFF: _l("this email alert is off in Settings"),
    NotSentReason.NOT_WANTED: _l("“Email the customer” was not ticked"),
    NotSentReason.NO_SERVER: _l("no mail server is set up"),
    NotSentReason.DEMO: _l("a demo keeps its mail in the mailbox"),
    NotSentReason.UNDONE: _l("it was undone before it left"),
    Role.OWNER: _l("Owner"),
    Role.STAFF: _l("Staff"),
    Role.SUPPORT: _l("Support"),
    TicketState.OPEN: _l("Open"),
    TicketState.WAITING_ON_MERCHANT: _l("Waiting on the merchant"),
    TicketState.WAITING_ON_SUPPORT: _l("Waiting on support"),
    TicketState.SOLVED: _l("Solved"),
    TicketState.CLOSED: _l("Closed"),
    WebhookType.ORDER_CANCELLED: _l("An order is cancelled"),
    WebhookType.ORDER_REINSTATED: _l("A cancelled order is reinstated"),
    WebhookType.REFUND_SETTLED: _l("All of a refund went back"),
    WebhookType.TICKET_SOLVED: _l("A ticket is solved"),
    WebhookType.TEST: _l("A test"),
    # what was undone is worded above
    UnsentReason.SWITCHED_OFF: _l("the webhook was switched off"),
    UnsentReason.DEMO: _l("a demo sends nothing"),
    DeliveryFault.ANSWERED: _l("The receiver did not take it."),
    DeliveryFault.NO_SUCH_HOST: _l("The name in the address leads nowhere."),
    DeliveryFault.PRIVATE_ADDRESS: _l("The address leads inside a network, and the box that allows it is not ticked."),
    DeliveryFault.UNREACHABLE: _l("Nobody answered there."),
    DeliveryFault.TIMED_OUT: _l("It took too long to answer."),
    DeliveryFault.BAD_CERTIFICATE: _l("Its certificate does not prove who it is."),
    DeliveryFault.NOT_HTTP: _l("It did not answer as a web server does."),
    DeliveryFault.OURS: _l("Suki could not hand it over; its log says more."),
}


def word(member: StrEnum) -> str:
    """How a state is called in the reader's language."""
    return _word(type(member), member, cldr_locale())


def money(amount: int, currency: str | None = None) -> str:
    """`amount` in minor units; the store's currency unless another is named."""
    return _money(amount, currency or current_store().currency, cldr_locale())


def number(count: int) -> str:
    """`1,250`, and a minus sign where Python has a hyphen."""
    return f"{count:,}".replace("-", "\N{MINUS SIGN}")


# A list says the same few words, days and amounts over and over, and babel takes its time to find each of them.
@lru_cache(maxsize=1024)
def _word(_kind: type[StrEnum], member: StrEnum, _locale: str) -> str:
    return str(WORDS[member])


@lru_cache(maxsize=4096)
def _money(amount: int, currency: str, locale: str) -> str:
    major = Decimal(amount).scaleb(-get_currency_precision(currency))
    written = format_currency(abs(major), currency, locale=locale)
    return f"\N{MINUS SIGN}{written}" if amount < 0 else written  # a minus sign, where babel has a hyphen


@lru_cache(maxsize=4096)
def _date(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


@lru_cache(maxsize=24 * 60)
def _time(hour: int, minute: int, locale: str) -> str:
    return format_time(time(hour, minute), "short", locale=locale)


@lru_cache(maxsize=24 * 60)
def _today(hour: int, minute: int, locale: str) -> str:
    return _("today %(time)s", time=_time(hour, minute, locale))


@lru_cache(maxsize=24 * 60)
def _yesterday(hour: int, minute: int, locale: str) -> str:
    return _("yesterday %(time)s", time=_time(hour, minute, locale))


def on_calendar(day: date, pattern: str) -> str:
    """The day in the reader's language, by a pattern of Unicode's: `d MMM y`."""
    return _date(day, pattern, cldr_locale())


def zone() -> ZoneInfo:
    store = find_store()
    return ZoneInfo(store.timezone if store else "UTC")


def local(at: datetime) -> datetime:
    return at.astimezone(zone())


def time_of_day(at: datetime) -> str:
    return _clock(local(at))


def _clock(here: datetime) -> str:
    return _time(here.hour, here.minute, cldr_locale())


def _lately(here: datetime, today: date) -> str | None:
    if here.date() == today:
        return _today(here.hour, here.minute, cldr_locale())
    if here.date() == today - timedelta(days=1):
        return _yesterday(here.hour, here.minute, cldr_locale())
    return None


def _short(day: date, today: date) -> str:
    return on_calendar(day, "d MMM" if day.year == today.year else "d MMM y")


def when(at: datetime) -> str:
    """For lists: `today 9:41 am`, `yesterday 9:41 am`, `21 Nov`, `21 Nov 2025`."""
    here = local(at)
    today = clock.now().astimezone(here.tzinfo).date()
    return _lately(here, today) or _short(here.date(), today)


def to_the_minute(at: datetime) -> str:
    """For histories, where the hour counts of old days too: `today 9:41 am`, `21 Nov, 9:41 am`."""
    here = local(at)
    today = clock.now().astimezone(here.tzinfo).date()
    return _lately(here, today) or f"{_short(here.date(), today)}, {_clock(here)}"


def day(at: datetime | date) -> str:
    """`21 November 2026`."""
    return on_calendar(local(at).date() if isinstance(at, datetime) else at, "d MMMM y")


def moment(at: datetime) -> str:
    """`Saturday 21 November 2026, 4:12 pm`."""
    here = local(at)
    return f"{on_calendar(here.date(), 'EEEE d MMMM y')}, {_clock(here)}"


def until(at: datetime, weekday: str = "EEEE") -> str:
    """For what ends soon: `today 4:20 pm`, `Sunday 4:20 pm`, `29 Nov 4:20 pm`; with EEE, `Sun 4:20 pm`."""
    here, today = local(at), local(clock.now()).date()
    if here.date() == today:
        return _today(here.hour, here.minute, cldr_locale())
    pattern = weekday if timedelta(0) < here.date() - today < timedelta(days=7) else "d MMM"
    return f"{on_calendar(here.date(), pattern)} {_clock(here)}"


def span(seconds: int) -> str:
    """`30 seconds`, `2 minutes`, `90 seconds`."""
    many, unit = (seconds, "second") if seconds % 60 else (seconds // 60, "minute")
    return format_unit(many, f"duration-{unit}", locale=cldr_locale()) or ""


def hours(many: int) -> str:
    """`1 hour`, `36 hours`; from two days on `2 days`, where it is days and nothing besides."""
    days, rest = divmod(many, 24)
    if days >= 2 and not rest:
        return ngettext("%(num)s day", "%(num)s days", days)
    return ngettext("%(num)s hour", "%(num)s hours", many)  # babel's Filipino says “1 mga oras”


def few(names: list[str], most: int) -> str:
    """The first of them, and how many more there are: `1001, 1002 and 7 more`."""
    named, others = ", ".join(names[:most]), len(names) - most
    return _("%(names)s and %(number)s more", names=named, number=number(others)) if others > 0 else named


def file_size(size: int) -> str:
    """Of so many bytes: `340 kB`, `1.2 MB`, `3.4 GB`."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} kB"
    unit, many = ("MB", size / 1e6) if size < 1e9 else ("GB", size / 1e9)
    return f"{format_decimal(round(many, 1), locale=cldr_locale())} {unit}"


def nameless(customer_name: str) -> bool:
    return customer_name == NO_NAME


def iso(at: datetime) -> str:
    """For the `datetime` attribute of `<time>`."""
    return at.isoformat(timespec="seconds")


def teach_templates(app: Flask) -> None:
    names = (
        word,
        money,
        number,
        few,
        when,
        to_the_minute,
        day,
        moment,
        until,
        iso,
        time_of_day,
        span,
        hours,
        file_size,
    )
    for name in names:
        app.add_template_filter(name)
    app.add_template_test(nameless)
