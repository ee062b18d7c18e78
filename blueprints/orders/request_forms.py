"""The form that answers what a customer asked for."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired

from blueprints.forms import BaseForm, Fits
from blueprints.ids import read_id
from models import CancelRequest, Note


class DeclineForm(BaseForm):
    """About one request: another that came since is another question."""

    request = HiddenField()
    note = TextAreaField(
        _l("Note to the customer"),
        [DataRequired(_l("Tell the customer why the order goes on.")), Fits(Note.body)],
    )

    @property
    def request_id(self) -> int:
        return read_id(self.request.data) or 0

    def is_about(self, asked: CancelRequest | None) -> None:
        self.request.data = str(asked.id) if asked else ""
