"""An order whose customer's data was erased: it can go on, and nothing of its customer comes back."""

import pytest
from sqlalchemy import select

from models import Cancellation, EmailState, Order, OrderStatus
from tests.orders.deciding import save_status
from tests.privacy.customers import bring_to_an_end, erase
from tests.support.inside import cancel_in_window


def test_an_email_that_is_written_later_takes_no_address(olive, shop, orders):
    erase(olive, orders)
    save_status(olive, orders[2], status="returned")
    email = shop.emails(orders[2])[-1]
    assert email.state is EmailState.NOT_SENT
    for page in (f"/orders/{orders[2].id}", f"/orders/emails/{email.id}"):
        assert not olive.get(page).select(f"#correct-{email.id}")
    refused = olive.post(f"/orders/emails/{email.id}/address", email="new@example.com", back="email")
    assert refused.status == 409
    assert "The customer’s data was erased, and nothing of it comes back." in refused.text
    assert shop.get(Order, orders[2].id).customer_email is None


@pytest.mark.parametrize("integrated", [True, False])
def test_a_cancel_that_the_courier_made_final_stays_final(app, shop, olive, uma, integrated):
    order = shop.booked_order()
    filed = olive.post(f"/support/tickets/new?order={order.id}", reason="Please cancel")
    ticket = int(filed.location.rpartition("/")[2])
    shop.change(order, booking_integrated=integrated)
    cancel_in_window(shop, olive, uma, ticket, order, solve="y")
    bring_to_an_end(app)
    assert erase(olive, [order]).status == 303
    version, (done,) = (
        shop.get(Order, order.id).version,
        shop.all(select(Cancellation).where(Cancellation.order_id == order.id)),
    )
    refused = olive.post(f"/orders/{order.id}/reinstate", cancellation=str(done.id), version=str(version), note="")
    assert (refused.status, "has let go of the parcel" in refused.text) == (409, True)
    assert shop.get(Order, order.id).status is OrderStatus.CANCELLED
