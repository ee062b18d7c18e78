"""What is the address of a courier's page about a parcel: one on the web, in which the waybill has its place."""

from enum import Enum
from urllib.parse import urlsplit

from models.store import PLACE_OF_WAYBILL


class TrackingFault(Enum):
    NOT_AN_ADDRESS = 1
    NO_PLACE = 2
    """Or more than one."""
    MISPLACED = 3
    """In the name of the site: the waybill would say whose page it is."""


def fault_of_tracking(address: str) -> TrackingFault | None:
    if not address.startswith(("https://", "http://")) or not _has_a_site(address):
        return TrackingFault.NOT_AN_ADDRESS
    if address.count(PLACE_OF_WAYBILL) != 1:
        return TrackingFault.NO_PLACE
    return TrackingFault.MISPLACED if PLACE_OF_WAYBILL in urlsplit(address).netloc else None


def _has_a_site(address: str) -> bool:
    """And says nobody's password. Browsers take a backslash for a slash, and leave out spaces."""
    try:
        parts = urlsplit(address)
    except ValueError:  # half an IPv6 address
        return False
    return bool(parts.hostname) and "@" not in parts.netloc and not {" ", "\\"} & set(address)
