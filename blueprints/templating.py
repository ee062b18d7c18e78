"""How Jinja is set up."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class Pages(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """No template has globals of its own, so that all share one dictionary: Jinja would lay an empty one above it
        for each, and then compare and copy the two key by key whenever a page imports macros."""
        return super().make_globals(d) if d else self.globals
