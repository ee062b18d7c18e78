"""The forms of products: what one is called, and what came, went or was counted."""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectChoice, StringField
from wtforms.validators import DataRequired, ValidationError
from wtforms.widgets import TextInput

from blueprints.forms import BaseForm, Fits, SentOnce
from blueprints.products.moving_stock import BY_HAND, Moved, StockWish
from blueprints.products.skus import is_a_sku
from models import MovementKind, Product, StockMovement
from models.product import MOST_PIECES
from models.text import cleaned_line

KINDS = {
    MovementKind.RECEIVED: _l("Received: pieces came in"),
    MovementKind.REMOVED: _l("Removed: broken, used or lost"),
    MovementKind.COUNTED: _l("Counted: this is how many there are"),
}


class PiecesField(Field):
    """A number of pieces. What is none stays in the field as it was typed."""

    widget = TextInput()
    data: int | None

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = cleaned_line(valuelist[0]) if valuelist else ""
        self.data = None
        if not typed:
            return
        if not re.fullmatch("[0-9]{1,18}", typed):
            raise ValueError(_("Write a whole number, such as 12."))
        if int(typed) > MOST_PIECES:
            raise ValueError(_("At most %(most)s fit.", most=f"{MOST_PIECES:,}"))
        self.data = int(typed)

    def _value(self) -> str:
        if self.raw_data:
            return cleaned_line(str(self.raw_data[0]))
        return "" if self.data is None else str(self.data)


class ProductForm(BaseForm):
    sku = StringField(_l("SKU"), validators=[DataRequired(_l("Write its SKU.")), Fits(Product.sku)])
    name = StringField(_l("Name"), validators=[DataRequired(_l("Write what it is called.")), Fits(Product.name)])
    tracked = BooleanField(_l("Count its pieces"), default=True)

    def validate_sku(self, sku: StringField) -> None:
        if sku.data and not is_a_sku(sku.data):
            raise ValidationError(_("Write its SKU with letters or digits."))

    def say_that_the_sku_is_taken(self, sku: str, name: str) -> None:
        self.sku.errors = [_("%(sku)s is “%(name)s” already.", sku=sku, name=name)]


class NewProductForm(ProductForm):
    on_hand = PiecesField(_l("How many are there now"))

    def validate_on_hand(self, on_hand: PiecesField) -> None:
        if on_hand.data and not self.tracked.data:
            raise ValidationError(_("Tick “Count its pieces” too, or leave this empty."))


class MoveForm(SentOnce):
    kind = RadioField(
        _l("What happened"),
        choices=[SelectChoice(kind.value, KINDS[kind]) for kind in BY_HAND],
        default=MovementKind.RECEIVED.value,
        validate_choice=False,
    )
    pieces = PiecesField(_l("How many"))
    note = StringField(_l("Note"), validators=[Fits(StockMovement.note)])
    seen = HiddenField()
    longest_once = 40  # it is kept with the product’s number before it

    def validate_kind(self, kind: RadioField) -> None:
        if kind.data not in BY_HAND:
            raise ValidationError(_("Choose what happened."))

    def validate_pieces(self, pieces: PiecesField) -> None:
        if pieces.process_errors:
            return
        if pieces.data is None:
            raise ValidationError(_("Write how many."))
        if not pieces.data and self.kind.data != MovementKind.COUNTED:
            raise ValidationError(_("Write how many: at least 1."))

    def drawn_for(self, product: Product) -> None:
        self.seen.data = str(product.on_hand)

    @property
    def wish(self) -> StockWish:
        seen = int(self.seen.data) if re.fullmatch("-?[0-9]{1,10}", self.seen.data or "") else None
        return StockWish(MovementKind(self.kind.data), self.pieces.data or 0, self.note.data or "", seen)

    def say_that_it_changed_since(self, on_hand: int) -> None:
        count = _with_a_minus(f"{on_hand:,}")
        said = _(
            "Pieces came or went since: %(count)s on hand now. If yours still holds, record it again.", count=count
        )
        self.pieces.errors = [said]

    def say_that_fewer_are_there(self, on_hand: int) -> None:
        """None of them may be there, or fewer than none."""
        count = f"{max(on_hand, 0):,}"
        self.pieces.errors = [_("On hand: %(count)s. If there were more, count them first.", count=count)]

    def say_that_no_more_fit(self) -> None:
        self.pieces.errors = [_("At most %(most)s fit.", most=f"{MOST_PIECES:,}")]


def noted(moved: Moved) -> str:
    count = _with_a_minus(f"{moved.on_hand:,}")
    if not moved.quantity:
        return _("The count was %(count)s already, so nothing was recorded.", count=count)
    return _("Recorded: %(change)s. On hand now: %(count)s.", change=_with_a_minus(f"{moved.quantity:+,}"), count=count)


def _with_a_minus(number: str) -> str:
    """As on the page: not the shorter sign that keyboards have."""
    return number.replace("-", "\u2212")
