"""Opening a store: its one row, and the lists it starts with."""

from models import Courier, Language, Reason, Store, writing
from models.store import FIRST_COURIERS, FIRST_REASONS


class StoreIsOpen(Exception):
    """There is a store already; nothing was changed."""


def open_store(*, name: str, currency: str, timezone: str, language: Language) -> None:
    """`currency` is an ISO 4217 code, `timezone` an IANA name. Raises StoreIsOpen."""
    with writing() as session:
        if session.get(Store, 1) is not None:
            raise StoreIsOpen
        session.add(
            Store(
                id=1,
                name=name,
                currency=currency,
                timezone=timezone,
                language=language,
                support_name="Suki Support",
            )
        )
        session.add_all(Courier(name=courier, integrated=integrated) for courier, integrated in FIRST_COURIERS)
        session.add_all(Reason(label=label, rank=rank) for rank, label in enumerate(FIRST_REASONS[language], start=1))
