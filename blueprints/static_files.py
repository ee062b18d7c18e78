"""What browsers keep for good, as its address has a hash of its content; and the style of all pages in one file, since
on a phone each further file costs a way there and back before anything is seen."""

import gzip
import hashlib
import re
from base64 import b64encode
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from markupsafe import Markup

SHEETS = (
    "tokens",
    "layout",
    "menu",
    "components",
    "tables",
    "lists",
    "forms",
    "finding",
    "pages",
    "texts",
    "orders",
    "ticking",
    "print",
)
"""What every page needs, a later one over an earlier."""
STYLE = "css/suki.css"
"""All of SHEETS: no file of this name is there."""
_OF_NO_USE_TO_BROWSERS = re.compile(r"/\*.*?\*/|^\s+", re.DOTALL | re.MULTILINE)


def serve_static(app: Flask) -> None:
    app.view_functions["static"] = _static  # in place of Flask's own, which knows of files alone
    app.add_template_global(static_url)
    app.add_template_global(style_within)


def static_url(filename: str) -> str:
    return _static_url(request.script_root, filename, _changed(filename))


def style_within() -> Markup:
    """STYLE as text, for a page that is seen one way there and back sooner because it does not wait for the file."""
    return _style_within(_changed(STYLE))


def source_of_style_within() -> str:
    """How a Content-Security-Policy allows that text, and no other."""
    return _source_of_style_within(_changed(STYLE))


def _static(filename: str) -> Response:
    if filename != STYLE:
        return current_app.send_static_file(filename)
    content, packed = _style(_changed(STYLE))
    takes_packed = request.accept_encodings.quality("gzip") > 0
    response = Response(packed if takes_packed else content, mimetype="text/css")
    if takes_packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def _paths(filename: str) -> list[Path]:
    folder = Path(current_app.static_folder or "")
    return [folder / "css" / f"{name}.css" for name in SHEETS] if filename == STYLE else [folder / filename]


def _changed(filename: str) -> float:
    """A server that runs has the files that it began with; only under the debugger does somebody change them."""
    return max(path.stat().st_mtime for path in _paths(filename)) if current_app.debug else 0.0


def _content(filename: str) -> bytes:
    return b"\n".join(path.read_bytes() for path in _paths(filename))


@cache
def _style(_changed: float) -> tuple[bytes, bytes]:
    """As it is, and packed."""
    content = _content(STYLE)
    return content, gzip.compress(content, mtime=0)


@cache
def _static_url(_root: str, filename: str, _changed: float) -> str:
    return url_for("static", filename=filename, v=hashlib.sha256(_content(filename)).hexdigest()[:12])


@cache
def _style_within(_changed: float) -> Markup:
    return Markup(_OF_NO_USE_TO_BROWSERS.sub("", _content(STYLE).decode()))  # noqa: S704  # our own files, and no visitor's words


@cache
def _source_of_style_within(changed: float) -> str:
    digest = hashlib.sha256(_style_within(changed).encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"
