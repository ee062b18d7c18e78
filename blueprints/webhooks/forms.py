"""The form of an endpoint: its address, what it is told of, and whether it may be inside of a network."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, URLField
from wtforms import StringField as LineField
from wtforms.validators import DataRequired, ValidationError

from blueprints.filters import word
from blueprints.forms import BaseForm, Fits, Ticks
from blueprints.webhooks.addressing import AddressFault, WrongAddress, read_url, refuse_place
from blueprints.webhooks.changing_endpoints import EndpointWish
from models import WebhookEndpoint, WebhookType

WRONG = {
    AddressFault.NOT_AN_ADDRESS: _l("Write the whole address, such as https://example.com/suki."),
    AddressFault.CREDENTIALS: _l("Leave the name and the password out of the address: the signature says who sends."),
    AddressFault.PRIVATE: _l(
        "This address is inside a network, not on the internet. If that network is yours, tick the box below."
    ),
    AddressFault.NOWHERE: _l("No receiver can be at this address."),
}


class EndpointForm(BaseForm):
    url = URLField(
        _l("Address"),
        [DataRequired(_l("Write the address that is to be told.")), Fits(WebhookEndpoint.url)],
        description=_l("Whoever runs the other system tells you. It begins with https://."),
    )
    name = LineField(
        _l("Name"), [Fits(WebhookEndpoint.name)], description=_l("So that you know it again, such as “Bookkeeping”.")
    )
    types = Ticks(_l("Tell it when"), validate_choice=False)
    allow_private = BooleanField(
        _l("This address is in my own network"),
        description=_l("Messages may then go to this computer and to those beside it. Leave it off for all others."),
    )

    def offer(self) -> None:
        kinds = [kind for kind in WebhookType if kind is not WebhookType.TEST]
        self.types.choices = [SelectChoice(kind.value, f"{word(kind)} ({kind.value})") for kind in kinds]

    def show(self, endpoint: WebhookEndpoint) -> None:
        self.url.data, self.name.data = endpoint.url, endpoint.name
        self.types.data = [kind.value for kind in endpoint.types]
        self.allow_private.data = endpoint.allow_private

    def validate_url(self, field: URLField) -> None:
        try:
            refuse_place(read_url(field.data), allow_private=self.allow_private.data)
        except WrongAddress as wrong:
            raise ValidationError(WRONG[wrong.fault]) from None

    def validate_types(self, field: Ticks) -> None:
        if not set(field.data or ()) & {choice.value for choice in field.choices}:
            raise ValidationError(_("Tick at least one."))

    @property
    def wish(self) -> EndpointWish:
        """Once it is valid."""
        offered = {choice.value for choice in self.types.choices}
        return EndpointWish(
            name=self.name.data or "",
            url=read_url(self.url.data).url,
            types=offered & set(self.types.data),
            allow_private=self.allow_private.data,
        )
