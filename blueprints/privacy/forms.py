"""The forms of Privacy: whose data, what is erased, and how long emails are kept."""

import re
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, PasswordField, RadioField, SelectChoice
from wtforms.validators import AnyOf, InputRequired

from blueprints.forms import BaseForm, SentOnce
from blueprints.ids import read_id
from blueprints.privacy.finding import Chosen
from blueprints.tokens import new_token
from models.privacy import FEWEST_DAYS, MOST_DAYS

_PAIR = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")
FOR_EVER = "for_ever"
DAYS = (FEWEST_DAYS, 90, 180, 365, MOST_DAYS)


def ids_in(values: MultiDict[str, str], name: str) -> list[int]:
    """The numbers that an address or a form names; what is none is left out."""
    found = (read_id(value) for value in values.getlist(name))
    return list(dict.fromkeys(each for each in found if each is not None))


class EraseForm(SentOnce):
    """About orders as they stood when the form was drawn, each as id:version."""

    orders = HiddenField()
    tickets = HiddenField()
    password = PasswordField(_l("Your password"), validators=[InputRequired(_l("Enter your password."))])

    def drawn_for(self, these: Chosen) -> None:
        self.orders.data = " ".join(f"{order.id}:{order.version}" for order in these.orders)
        self.tickets.data = " ".join(str(each) for each in these.ticket_ids)

    @property
    def versions(self) -> dict[int, int]:
        """None, if any of it is not as a form of ours has it."""
        found = [_PAIR.fullmatch(pair) for pair in (self.orders.data or "").split()]
        return {int(pair[1]): int(pair[2]) for pair in found if pair} if all(found) else {}

    @property
    def ticket_ids(self) -> list[int]:
        return [each for each in map(read_id, (self.tickets.data or "").split()) if each is not None]

    @property
    def token(self) -> str:
        """One that was tampered with is as good as a new one."""
        return super().token or new_token()


class KeepEmailsForm(BaseForm):
    days = RadioField(
        _l("Keep the texts and addresses of emails"),
        description=_l(
            "Counted from when an email was sent, or was tried last. What still waits is never touched; what was "
            "cleared can’t be had again."
        ),
        validate_choice=False,
        validators=[
            AnyOf([FOR_EVER, *map(str, DAYS)], message=_l("Choose one of the times in the list.")),
        ],
    )

    def offer(self, kept: int | None) -> None:
        """What the store has now is always among the times."""
        self.days.choices = _choices(sorted({*DAYS, *([kept] if kept else [])}))
        if not self.is_submitted():
            self.days.data = str(kept) if kept else FOR_EVER

    @property
    def chosen(self) -> int | None:
        return None if self.days.data == FOR_EVER else int(self.days.data)


def _choices(days: Sequence[int]) -> list[SelectChoice]:
    return [SelectChoice(FOR_EVER, _l("For ever")), *(SelectChoice(str(each), span_of(each)) for each in days)]


def span_of(days: int) -> str:
    if days % 365 == 0:
        return str(ngettext("%(num)s year", "%(num)s years", days // 365))
    return str(ngettext("%(num)s day", "%(num)s days", days))
