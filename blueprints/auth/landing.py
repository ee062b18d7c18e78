"""Where somebody lands after signing in: never outside of this store."""

import re
from urllib.parse import unquote

LONGEST = 2000
# Browsers read \\ as /, and leave out tabs and line breaks wherever they stand.
_NEVER = re.compile(r"[\\\x00-\x20\x7f-\x9f]")
# Two slashes begin the name of another host, and dots are a way to come to stand before two slashes.
_NEVER_IN_PATH = re.compile(r"//|/\.\.?(/|$)")


def safe_next(target: str | None) -> str | None:
    """The target when it is a path of this store, as in `/orders/?q=maria`; else None."""
    if not target or len(target) > LONGEST or _NEVER.search(target):
        return None
    path = unquote(target.partition("?")[0].partition("#")[0])  # as a proxy on the way may read it
    if not path.startswith("/") or not target.startswith("/"):
        return None
    if _NEVER.search(path.replace(" ", "")) or _NEVER_IN_PATH.search(path):
        return None
    return target
