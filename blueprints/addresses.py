"""Addresses of this store: which of them are pages."""

from flask import current_app, request


def page_at(path: str) -> str:
    """The page at an address or, where only forms are sent to it, the page above: `/orders/7` of `/orders/7/status`."""
    addresses = current_app.create_url_adapter(request)
    while addresses and path.strip("/") and not addresses.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or "/"
