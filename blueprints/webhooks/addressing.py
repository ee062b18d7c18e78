"""Where a message may go: what an address on the web is, and which machines it must never lead to."""

import socket
from dataclasses import dataclass
from enum import Enum, StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import quote, urlsplit

import idna

from models.webhook import LONGEST_URL

IP = IPv4Address | IPv6Address


class AddressFault(StrEnum):
    NOT_AN_ADDRESS = "not_an_address"
    CREDENTIALS = "credentials"
    PRIVATE = "private"
    NOWHERE = "nowhere"


class WrongAddress(Exception):
    def __init__(self, fault: AddressFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class AddressPlace(Enum):
    PUBLIC = 1
    OWN_NETWORK = 2
    """This machine, or one beside it."""
    NOWHERE = 3
    """No receiver is ever there: many at once, nobody, or the insides of a provider's machine."""


_OWN_NETWORKS = [
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
]
# Within them stands an IPv4 address that a gateway on the way would go to.
_NAT64 = ip_network("64:ff9b::/96")
_ALLOTTED = ip_network("2000::/3")
_NOT_REACHED = [
    ip_network(network) for network in ("192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]  # gateways of old (6to4, Teredo), tests, and examples


def place_of(address: IP) -> AddressPlace:
    """By what it leads to in the end, however it is written."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None)
        if inner is not None:
            return place_of(inner)
    if any(address in network for network in _OWN_NETWORKS):
        return AddressPlace.OWN_NETWORK
    is_allotted = address.version == 4 or address in _ALLOTTED
    if is_allotted and address.is_global and not address.is_multicast and not any(address in n for n in _NOT_REACHED):
        return AddressPlace.PUBLIC
    return AddressPlace.NOWHERE


@dataclass(frozen=True)
class Target:
    """An address, taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


_PORTS = {"http": 80, "https": 443}


def read_url(text: str) -> Target:
    """Raises WrongAddress."""
    try:
        parts = urlsplit(text)
        port = parts.port
        host = _host(parts.hostname or "")
    except (ValueError, idna.IDNAError):
        raise WrongAddress(AddressFault.NOT_AN_ADDRESS) from None
    if "@" in parts.netloc:
        raise WrongAddress(AddressFault.CREDENTIALS)
    is_spaced = any(character.isspace() or not character.isprintable() for character in text)
    if parts.scheme not in _PORTS or port == 0 or is_spaced or "\\" in text:
        raise WrongAddress(AddressFault.NOT_AN_ADDRESS)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    target = Target(parts.scheme, host, port or _PORTS[parts.scheme], path)
    if len(target.url) > LONGEST_URL:
        raise WrongAddress(AddressFault.NOT_AN_ADDRESS)
    return target


def _host(text: str) -> str:
    """As the name system knows it. Raises ValueError."""
    if ":" in text:
        if "%" in text:
            raise ValueError(text)  # a zone says which cable, and that is nobody's business here
        return str(IPv6Address(text))
    host = text.rstrip(".") if text.isascii() else idna.encode(text, uts46=True).decode()
    plain = host.replace(".", "").replace("-", "").replace("_", "")
    if not (plain.isascii() and plain.isalnum()) or len(host) > 253 or ".." in host or host.startswith("."):
        raise ValueError(text)
    return host


def refuse_place(target: Target, *, allow_private: bool) -> None:
    """What can be said of an address without asking anybody. Raises WrongAddress."""
    if target.host == "localhost" or target.host.endswith(".localhost"):
        place = AddressPlace.OWN_NETWORK
    elif (address := _literal(target.host)) is not None:
        place = place_of(address)
    else:
        return
    if place is AddressPlace.NOWHERE:
        raise WrongAddress(AddressFault.NOWHERE)
    if place is AddressPlace.OWN_NETWORK and not allow_private:
        raise WrongAddress(AddressFault.PRIVATE)


def _literal(host: str) -> IP | None:
    """Also as the computers of old wrote it: 127.1, 0x7f000001 and 2130706433 are this machine."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def may_be_reached(address: IP, *, allow_private: bool) -> bool:
    place = place_of(address)
    return place is AddressPlace.PUBLIC or (place is AddressPlace.OWN_NETWORK and allow_private)
