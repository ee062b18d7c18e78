"""What every answer tells the browser to refuse, and which sites' forms we refuse ourselves."""

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request

from blueprints.addresses import is_an_address
from blueprints.problems import FromAnotherSite
from blueprints.static_files import source_of_style_within

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' {style}",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "frame-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# Whoever knows the address of such a page has it from an email of their own, and its form has a token besides.
AT_A_SECRET = ("orders.ask_by_link", "auth.reset")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def protect(app: Flask) -> None:
    app.before_request(_refuse_other_sites)
    app.after_request(_add_headers)


def _refuse_other_sites() -> None:
    """Another port of this laptop is the same *site*, to which cookies go: only the same *origin* may send forms."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise FromAnotherSite
    origin = request.headers.get("Origin")
    if not all(is_an_address(said) for said in (origin, request.referrer) if said):
        raise FromAnotherSite  # no browser says so, and whoever reads them after us may rely on that
    if origin == "null" and (site == "same-origin" or (site is None and request.endpoint in AT_A_SECRET)):
        return  # from a page whose address is a secret: it sends no referrer, its browser no origin, an old one no site
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise FromAnotherSite


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY.format(style=source_of_style_within()))
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "no-referrer" if request.endpoint in AT_A_SECRET else "same-origin")
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint == "static" and response.status_code < 400:
        # The address carries a hash of the content (see static_files.py), so that it never changes under a name.
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        headers["Cache-Control"] = "no-store"
    if current_app.config["IS_SECURE"]:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
