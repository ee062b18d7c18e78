"""The forms of access to the store: opening it, and lengthening it."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice

from blueprints.filters import hours
from blueprints.forms import BaseForm
from models import AccessWindow, Ticket, WindowScope
from models.window import DEFAULT_HOURS, HOURS


class HoursField(RadioField):
    """One of the spans that there are; never “until further notice”."""

    data: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        gone = _l("Choose one of the spans in the list.")
        super().__init__(*args, default=str(DEFAULT_HOURS), invalid_choice_message=gone, **options)
        self.choices = [SelectChoice(str(many), hours(many)) for many in HOURS]


class ScopeField(RadioField):
    data: Any

    def __init__(self, **options: Any) -> None:
        missing = _l("Choose what support may see and cancel.")
        super().__init__(_l("What may they see and cancel?"), invalid_choice_message=missing, **options)

    def offer(self, only_this: str | None) -> None:
        """What is about no order can’t limit access to it."""
        everything = SelectChoice(WindowScope.ALL.value, _("All orders (asks for your password)"))
        self.choices = [SelectChoice(WindowScope.ORDER.value, only_this), everything] if only_this else [everything]
        if self.data is None:
            self.data = self.choices[0].value


class OpenForm(BaseForm):
    scope = ScopeField()
    hours = HoursField(_l("For how long?"))

    def offer(self, ticket: Ticket) -> None:
        only_this = _("Only order %(number)s", number=ticket.order_number or "")
        self.scope.offer(only_this if ticket.order_id else None)

    @property
    def chosen_scope(self) -> WindowScope:
        return WindowScope(self.scope.data)


class ExtendForm(BaseForm):
    hours = HoursField(_l("How much longer?"))
    until = HiddenField()
    """Until when access was open as the form was drawn: sent twice it lengthens once."""

    def drawn_for(self, window: AccessWindow | None) -> None:
        self.until.data = window.expires_at.isoformat() if window else None

    @property
    def seen_until(self) -> datetime | None:
        """None, too, of what is no moment: it was not drawn here."""
        try:
            seen = datetime.fromisoformat(self.until.data or "")
        except ValueError:
            return None
        return seen if seen.tzinfo else None
