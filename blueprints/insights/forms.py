"""Which days the page of insights is asked for."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import DateField

from blueprints.forms import BaseForm
from blueprints.insights.span import Span


class DaysForm(BaseForm):
    """It stands in the address, so what makes no sense is passed over, not refused."""

    class Meta(BaseForm.Meta):
        csrf = False

    first = DateField(_l("First day"), name="from")
    last = DateField(_l("Last day"), name="to")

    @property
    def asked(self) -> tuple[date | None, date | None]:
        return self.first.data, self.last.data

    @classmethod
    def showing(cls, span: Span) -> "DaysForm":
        return cls(formdata=None, data={"first": span.first, "last": span.last})
