"""Addresses: what is one, and which of this store's are pages."""

from urllib.parse import urlsplit

from flask import current_app, request


def is_an_address(text: str) -> bool:
    """Whether urlsplit() reads it: it raises for half an IPv6 address."""
    try:
        urlsplit(text)
    except ValueError:
        return False
    return True


def page_at(path: str) -> str:
    """The page at an address or, where only forms are sent to it, the page above: `/orders/7` of `/orders/7/status`."""
    addresses = current_app.create_url_adapter(request)
    while addresses and path.strip("/") and not addresses.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or "/"
