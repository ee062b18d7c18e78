"""The forms of orders that are added, corrected and booked."""

import re
from collections.abc import Iterable, Iterator, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    FieldList,
    FormField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, Optional, StopValidation, ValidationError

from blueprints.bounds import MOST_ITEMS, MOST_PIECES
from blueprints.forms import NOT_AN_EMAIL, BaseForm, CanTakeMail, CountField, Fits, MoneyField
from blueprints.ids import read_id
from blueprints.orders.adding import NewItem, NewOrder
from blueprints.orders.change_forms import VersionForm
from blueprints.orders.correcting_customer import CustomerDetails
from blueprints.orders.payment_forms import PaymentMethodField
from models import Courier, Order, OrderItem, PaymentMethod
from models.money import precision_of
from models.text import bare_number

FIRST_ROWS = 3
MORE_ROWS = 5


class HasDigits:
    """For phones, which are written in too many ways to ask for more."""

    def __call__(self, form: BaseForm, field: TelField) -> None:
        is_kept = field.data == field.object_data  # from a file, which may have brought in what is none
        if not is_kept and not any(character in "0123456789" for character in field.data or ""):
            raise ValidationError(_("Write the phone number with digits, such as 0917 123 4567."))


_GONE = _l("The store does not work with this courier any more. Choose another one.")


def _courier(courier: Courier) -> str:
    return _("%(name)s (only support can cancel it)", name=courier.name) if courier.integrated else courier.name


def _too_many_rows() -> str:
    return _("At most %(most)s rows of items fit in one order.", most=MOST_ITEMS)


class NumberField(StringField):
    """An order's number, without the sign that people write before it."""

    data: str | None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = bare_number(valuelist[0]) if valuelist else ""


class QuantityField(CountField):
    @property
    def bounds(self) -> str:
        return _("Write how many: a whole number from 1 to %(most)s.", most=f"{MOST_PIECES:,}")


class IfUsed:
    """Asks for the field in a row in which something was written."""

    def __init__(self, message: LazyString) -> None:
        self.message = message

    def __call__(self, form: "ItemForm", field: Field) -> None:
        if form.is_used and field.data in (None, "") and not field.errors:
            raise StopValidation(self.message)


class ItemForm(BaseForm):
    """One row; a row without any word in it is passed over."""

    class Meta(BaseForm.Meta):
        csrf = False

    name = StringField(_l("Item"), validators=[IfUsed(_l("Write what it is.")), Fits(OrderItem.name)])
    sku = StringField(_l("SKU"), validators=[Fits(OrderItem.sku)])
    quantity = QuantityField(
        _l("Quantity"), least=1, most=MOST_PIECES, default=1, validators=[IfUsed(_l("Write how many."))]
    )
    price = MoneyField(_l("Price of one"), validators=[IfUsed(_l("Write what one costs."))])

    @property
    def is_used(self) -> bool:
        return bool(self.name.data or self.sku.data or self.price.data is not None or self.price.process_errors)


class RowList(FieldList):
    """Of rows that are numbered as this page numbers them: WTForms takes ² for a number and fails at it, or at one of
    thousands of digits."""

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        numbered = re.compile(rf"{re.escape(prefix)}-[0-9]{{1,4}}-")
        yield from super()._extract_indices(prefix, filter(numbered.match, formdata))


class NewOrderForm(BaseForm):
    number = NumberField(
        _l("Order number"), validators=[DataRequired(_l("Write the order’s number.")), Fits(Order.number)]
    )
    customer_name = StringField(
        _l("Customer name"), validators=[DataRequired(_l("Write the customer’s name.")), Fits(Order.customer_name)]
    )
    customer_email = EmailField(
        _l("Email"), validators=[Optional(), Fits(Order.customer_email), Email(NOT_AN_EMAIL), CanTakeMail()]
    )
    customer_phone = TelField(_l("Phone"), validators=[Optional(), Fits(Order.customer_phone), HasDigits()])
    address = TextAreaField(_l("Address"), validators=[Fits(Order.address)])
    customer_note = TextAreaField(_l("What the customer wrote"), validators=[Fits(Order.customer_note)])
    # One more than fit is read, to see that there are too many.
    items = RowList(FormField(ItemForm), min_entries=FIRST_ROWS, max_entries=MOST_ITEMS + 1)
    shipping = MoneyField(_l("Shipping"))
    discount = MoneyField(_l("Discount"))
    payment_method = PaymentMethodField(_l("Payment"), default=PaymentMethod.COD.value)
    is_paid = BooleanField(_l("It is paid already"))
    courier = SelectField(_l("Courier"), choices=[], validate_choice=False)
    waybill = StringField(_l("Waybill"), validators=[Fits(Order.waybill)])

    def offer(self, couriers: list[Courier]) -> None:
        self.courier.choices = [
            SelectChoice("", _l("Not booked yet")),
            *(SelectChoice(str(courier.id), _courier(courier)) for courier in couriers),
        ]

    def validate_items(self, items: FieldList) -> None:
        if not any(row.form.is_used for row in items):
            raise ValidationError(_("Write at least one item."))
        if len(items) > MOST_ITEMS:
            raise ValidationError(_too_many_rows())

    def validate_waybill(self, waybill: StringField) -> None:
        if waybill.data and not self.courier.data:
            raise ValidationError(_("Choose the courier too, or leave the waybill empty."))

    @property
    def skus(self) -> list[str]:
        return [row.sku.data for row in (entry.form for entry in self.items) if row.sku.data]

    @property
    def nameless_skus(self) -> list[str]:
        return [row.sku.data for row in (entry.form for entry in self.items) if row.sku.data and not row.name.data]

    def name_items(self, names: Mapping[str, str]) -> None:
        """By SKU; of a row that says no more than that."""
        for row in (entry.form for entry in self.items):
            row.name.data = row.name.data or names.get(row.sku.data or "", "")

    @property
    def decimals(self) -> int:
        return precision_of(self.shipping.currency)

    def add_rows(self) -> None:
        if len(self.items) >= MOST_ITEMS:
            self.items.errors = [_too_many_rows()]
        for _row in range(min(MORE_ROWS, MOST_ITEMS - len(self.items))):
            self.items.append_entry()

    def say_that_the_number_is_taken(self) -> None:
        self.number.errors = [_("Another order has the number %(number)s already.", number=self.number.data)]

    def say_that_the_total_is_out_of_bounds(self, total: int) -> None:
        if total < 0:
            self.discount.errors = [_("The discount is more than everything else together.")]
        else:
            self.items.errors = [_("This comes to more than can be counted. Check the quantities and prices.")]

    def say_that_the_courier_is_gone(self) -> None:
        self.courier.errors = [_GONE]

    @property
    def courier_id(self) -> int | None:
        """None for nobody; 0, which no courier has, for what is no number."""
        return (read_id(self.courier.data) or 0) if self.courier.data else None

    @property
    def wish(self) -> NewOrder:
        return NewOrder(
            number=self.number.data or "",
            customer_name=self.customer_name.data,
            customer_email=self.customer_email.data or None,
            customer_phone=self.customer_phone.data or None,
            address=self.address.data or "",
            customer_note=self.customer_note.data or "",
            items=tuple(
                NewItem(name=row.name.data, sku=row.sku.data or "", quantity=row.quantity.data, price=row.price.data)
                for row in (entry.form for entry in self.items)
                if row.is_used
            ),
            shipping=self.shipping.data or 0,
            discount=self.discount.data or 0,
            payment_method=PaymentMethod(self.payment_method.data),
            is_paid=self.is_paid.data,
            courier_id=self.courier_id,
            waybill=self.waybill.data or "",
        )


class CustomerForm(VersionForm):
    """What a new order asks about its customer, once more; what was not sent stays as the order has it."""

    customer_name = NewOrderForm.customer_name
    customer_email = NewOrderForm.customer_email
    customer_phone = NewOrderForm.customer_phone
    address = NewOrderForm.address

    @property
    def details(self) -> CustomerDetails:
        return CustomerDetails(
            name=self.customer_name.data,
            email=self.customer_email.data or None,
            phone=self.customer_phone.data or None,
            address=self.address.data or "",
        )


class WaybillForm(VersionForm):
    waybill = StringField(_l("Waybill"), validators=[Fits(Order.waybill)])


class BookingForm(WaybillForm):
    courier = RadioField(
        _l("Courier"), choices=[], validate_choice=False, validators=[DataRequired(_l("Choose a courier."))]
    )

    def offer(self, couriers: list[Courier]) -> None:
        self.courier.choices = [SelectChoice(str(courier.id), _courier(courier)) for courier in couriers]

    @property
    def courier_id(self) -> int:
        """0, which no courier has, for what is no number."""
        return read_id(self.courier.data) or 0

    def say_that_the_courier_is_gone(self) -> None:
        self.courier.errors = [_GONE]
