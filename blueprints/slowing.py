"""Slowing down whoever tries again and again: after some that are free, each waits twice as long as the one before."""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

LATELY = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)


class TooManyTries(Exception):
    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"wait {wait}")
        self.wait = wait


def wait_after(tries: int, last: datetime | None, *, free: int, now: datetime) -> timedelta:
    """`tries` lately, the last of them at that time."""
    if last is None or tries < free:
        return timedelta(0)
    doubled = min(tries - free, 10)  # enough to reach the longest; 2 to the power of thousands is no time
    return last + min(FIRST_WAIT * (1 << doubled), LONGEST_WAIT) - now


def network_of(address: str) -> str:
    """Whoever has one IPv6 address has 2⁶⁴ of them, so those are counted as one."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))
    return str(ip)
