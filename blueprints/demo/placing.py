"""An order of the demo as it came in."""

from datetime import datetime

from blueprints.demo.data import CUSTOMERS, GOODS
from blueprints.demo.steps import Story
from models import Order, OrderItem, OrderStatus, PaymentStatus

FIRST_NUMBER = 1001


def order_of(order_id: int, story: Story, at: datetime) -> Order:
    customer = CUSTOMERS[story.customer]
    items = [
        OrderItem(sku=sku, name=GOODS[sku].name, quantity=quantity, price=GOODS[sku].price)
        for sku, quantity in story.basket.items()
    ]
    return Order(
        id=order_id,
        number=str(FIRST_NUMBER + order_id - 1),
        placed_at=at,
        status=OrderStatus.PENDING,
        customer_name=customer.name,
        customer_email=customer.email,
        customer_phone=customer.phone,
        address=customer.address,
        customer_note=story.customer_note,
        currency="PHP",
        items=items,
        item_count=sum(item.quantity for item in items),
        shipping=story.shipping,
        discount=story.discount,
        tax=story.tax,
        total=sum(item.amount for item in items) + story.shipping + story.tax - story.discount,
        paid=0,
        refunded=0,
        payment_status=PaymentStatus.UNPAID,
        payment_method=story.method,
    )
