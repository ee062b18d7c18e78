"""What was recorded as returned, and did not go back: it is owed again, and nothing that was written is rewritten."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from models import (
    EmailState,
    NotSentReason,
    Order,
    OrderStatus,
    PaymentMethod,
    PaymentStatus,
    Refund,
    Settlement,
    SettlementReversal,
    writing,
)
from tests.orders.auditing import Auditor
from tests.orders.deciding import cancel, drawn, settle, waive
from tests.privacy.customers import bring_to_an_end, erase
from tests.shop import A_MORNING
from tests.storing import shop_of

WHY = "GCash sent it back."
PAID = {"payment_status": PaymentStatus.PAID, "payment_method": PaymentMethod.GCASH}


@pytest.fixture
def refund(sam, shop):
    """₱960.00, of an order that Sam cancelled."""
    cancel(sam, shop.order(**PAID), notify=None)
    return shop.first(select(Refund))


def url_of(settlement):
    return f"/settlements/{settlement.id}/reverse"


def reverse(visitor, settlement, **typed):
    url = url_of(settlement)
    return visitor.post(url, **drawn(visitor.get(url), url, **{"internal_note": WHY, **typed}))


def latest(shop):
    return shop.first(select(Settlement).order_by(Settlement.id.desc()))


def books(shop, refund):
    """What is settled, whether it is still owed, and what the order has of it."""
    again, order = shop.get(Refund, refund.id), shop.get(Order, refund.order_id)
    return again.settled, again.is_open, order.refunded, order.payment_status


ALL_BACK = (96000, False, 96000, PaymentStatus.REFUNDED)
NOTHING_BACK = (0, True, 0, PaymentStatus.PAID)


def test_support_and_strangers_reverse_nothing(uma, mallory, sam, refund, shop):
    settle(sam, refund)
    for visitor in (uma, mallory):
        assert visitor.post(url_of(latest(shop)), internal_note=WHY, version="3").status in (302, 303, 403, 404)
    assert books(shop, refund) == ALL_BACK


def test_what_was_never_recorded_is_not_there(sam, refund):
    assert sam.get("/settlements/1/reverse").status == 404
    assert sam.post("/settlements/1/reverse", internal_note=WHY, version="2").status == 404


def test_nobody_reverses_without_a_word(sam, refund, shop):
    settle(sam, refund)
    answer = reverse(sam, latest(shop), internal_note=" ")
    assert (answer.status, answer.errors) == (
        422,
        {"internal_note": "Say what went wrong, for whoever asks later."},
    )
    assert books(shop, refund) == ALL_BACK


def test_the_page_asks_whether_it_was_recorded_by_mistake(sam, refund, shop):
    settle(sam, refund)
    assert sam.get(f"/settlements/{latest(shop).id}/reverse").h1 == "₱960.00 was recorded by mistake?"


def test_what_did_not_go_back_is_owed_again(sam, refund, shop):
    settle(sam, refund, notify=None)
    assert "Recorded by mistake?" in sam.get(f"/refunds/{refund.id}").text
    page = sam.follow(reverse(sam, latest(shop)))
    assert page.messages == ["₱960.00 is owed now."]
    assert "A mistake: it did not go back" in page.text
    assert "Recorded by mistake?" not in page.text
    assert books(shop, refund) == NOTHING_BACK
    assert shop.events(shop.get(Order, refund.order_id))[-1] == "refund.reversed"
    history = sam.get(f"/orders/{refund.order_id}").text
    assert "corrected a refund: ₱960.00 did not go back, and is owed again." in history
    assert WHY in history
    assert settle(sam, refund).status == 303
    assert books(shop, refund) == ALL_BACK


def test_of_several_parts_the_others_stay(sam, refund, shop):
    settle(sam, refund, amount="60")
    settle(sam, refund, amount="100")
    assert reverse(sam, latest(shop)).status == 303
    assert books(shop, refund) == (6000, True, 6000, PaymentStatus.PARTIALLY_REFUNDED)


def test_the_second_click_reverses_nothing_more(sam, refund, shop):
    settle(sam, refund)
    settlement = latest(shop)
    url = url_of(settlement)
    typed = drawn(sam.get(url), url, internal_note=WHY)
    assert [sam.post(url, **typed).status for _ in range(2)] == [303, 303]
    assert sam.get(url).location == f"/refunds/{refund.id}"
    assert books(shop, refund) == NOTHING_BACK
    assert shop.count(SettlementReversal) == 1
    assert shop.events(shop.get(Order, refund.order_id)).count("refund.reversed") == 1


def test_a_page_that_is_older_than_the_order_reverses_nothing(sam, olive, refund, shop):
    settle(sam, refund, amount="60")
    first = latest(shop)
    url = url_of(first)
    typed = drawn(sam.get(url), url, internal_note=WHY)
    settle(olive, refund, amount="100")
    answer = sam.post(url, **typed)
    assert (answer.status, answer.value("internal_note")) == (409, WHY)
    assert books(shop, refund)[0] == 16000


def test_who_comes_second_reads_who_came_first_and_keeps_what_they_wrote(sam, olive, refund, shop):
    settle(sam, refund)
    settlement = latest(shop)
    url = url_of(settlement)
    typed = drawn(olive.get(url), url, internal_note="It bounced, says the bank.")
    reverse(sam, settlement)
    settle(sam, refund)
    page = olive.post(url, **typed)
    assert (page.status, page.refusal) == (409, "This was taken back already.")
    assert "Sam Staff found it to be a mistake" in page.text
    assert page.value("internal_note") == "It bounced, says the bank."
    assert books(shop, refund) == ALL_BACK


def test_what_was_waived_is_closed_for_good(app, sam, refund, shop):
    settle(sam, refund, amount="60")
    waive(sam, refund)
    settlement = latest(shop)
    page = sam.get(url_of(settlement))
    assert (page.status, page.refusal) == (409, "The refund for order 1001 is closed already.")
    assert "Recorded by mistake?" not in sam.get(f"/refunds/{refund.id}").text
    assert sam.post(url_of(settlement), internal_note=WHY, version="4").status == 409
    with app.app_context(), pytest.raises(IntegrityError, match="a closed refund stays so"), writing() as session:
        session.execute(
            text("INSERT INTO settlement_reversals (settlement_id, at) VALUES (:id, '2026-11-23')"),
            {"id": settlement.id},
        )


@pytest.mark.parametrize(
    "rewrite", ["UPDATE settlement_reversals SET user_id = NULL", "DELETE FROM settlement_reversals"]
)
def test_a_reversal_stays(app, sam, refund, shop, rewrite):
    settle(sam, refund)
    reverse(sam, latest(shop))
    with app.app_context(), pytest.raises(IntegrityError, match="reversals are never changed"), writing() as session:
        session.execute(text(rewrite))


def test_no_refund_opens_again_without_one(app, sam, refund, shop):
    settle(sam, refund)
    opened = "UPDATE refunds SET settled_at = NULL, settled = 0"
    with app.app_context(), pytest.raises(IntegrityError, match="only settlements settle"), writing() as session:
        session.execute(text(opened))


def test_the_letter_that_all_went_back_stays_here(sam, refund, shop):
    settle(sam, refund)
    [letter] = [email for email in shop.emails() if email.kind == "refund_settled"]
    assert sam.follow(reverse(sam, latest(shop))).messages == ["₱960.00 is owed now."]
    letter = shop.get(type(letter), letter.id)
    assert (letter.state, letter.reason) == (EmailState.NOT_SENT, NotSentReason.UNDONE)
    settle(sam, refund, method="cash")
    *_, again = [email for email in shop.emails() if email.kind == "refund_settled"]
    assert again.state in (EmailState.QUEUED, EmailState.HELD)
    assert again.text.count("₱960.00 ·") == 1
    assert "GCash" not in again.text


@pytest.mark.parametrize("left", [{"state": EmailState.SENT, "sent_at": A_MORNING}, {"attempts": 1}])
def test_who_may_have_read_that_all_went_back_should_hear_that_it_did_not(sam, refund, shop, left):
    """A mail server that did not answer may have taken it all the same."""
    settle(sam, refund)
    [letter] = [email for email in shop.emails() if email.kind == "refund_settled"]
    shop.change(letter, **left)
    assert sam.follow(reverse(sam, latest(shop))).messages == [
        "₱960.00 is owed now. Maria Santos may have read that all went back: tell them that it did not yet."
    ]


def test_the_letter_about_another_refund_of_the_order_leaves(sam, shop):
    order = shop.order(items=(("Adobo set", 3, 48000),), **PAID)
    url = f"/orders/{order.id}/cancel/items"
    for _ in range(2):
        sam.post(url, **drawn(sam.get(url), url, pieces_1="1", notify=None))
    first, second = shop.all(select(Refund).order_by(Refund.id))
    for each in (first, second):
        settle(sam, each)
    assert reverse(sam, shop.first(select(Settlement).where(Settlement.refund_id == first.id))).status == 303
    states = [email.state for email in shop.emails() if email.kind == "refund_settled"]
    assert states == [EmailState.NOT_SENT, EmailState.QUEUED]


def test_with_nothing_gone_back_the_cancel_can_be_taken_back(sam, refund, shop):
    settle(sam, refund)
    url = f"/orders/{refund.order_id}/reinstate"
    assert sam.get(url).status == 409
    reverse(sam, latest(shop))
    assert sam.post(url, **drawn(sam.get(url), url)).status == 303
    assert shop.get(Order, refund.order_id).status is not OrderStatus.CANCELLED
    assert shop.get(Refund, refund.id).withdrawn_at is not None


def test_who_read_of_an_earlier_one_was_told_then(sam, refund, shop):
    settle(sam, refund)
    [letter] = [email for email in shop.emails() if email.kind == "refund_settled"]
    shop.change(letter, state=EmailState.SENT, sent_at=letter.created_at)
    reverse(sam, latest(shop))
    settle(sam, refund)
    assert sam.follow(reverse(sam, latest(shop))).messages == ["₱960.00 is owed now."]


def test_what_a_fee_kept_and_yet_was_returned_is_seen_beside_a_mistake_about_another_part(sam, shop):
    order = shop.order(items=(("Adobo set", 2, 48000),), **PAID)
    url = f"/orders/{order.id}/cancel/items"
    sam.post(url, **drawn(sam.get(url), url, pieces_1="1", notify=None))
    part = shop.first(select(Refund))
    settle(sam, part)
    cancel(sam, order, fee="480", notify=None)
    reverse(sam, latest(shop))
    waive(sam, part)
    url = f"/orders/{order.id}/refund"
    assert sam.post(url, **drawn(sam.get(url), url, amount="50")).status == 303
    assert sam.get(f"/orders/{order.id}/reinstate").status == 409


@pytest.fixture
def two_parts(sam, shop):
    """Of one order, each owing ₱480.00."""
    order = shop.order(items=(("Adobo set", 3, 48000),), **PAID)
    url = f"/orders/{order.id}/cancel/items"
    for _ in range(2):
        sam.post(url, **drawn(sam.get(url), url, pieces_1="1", notify=None))
    return shop.all(select(Refund).order_by(Refund.id))


def test_a_letter_about_another_refund_says_that_more_is_owed(sam, shop, two_parts):
    for each in two_parts:
        settle(sam, each)
    reverse(sam, shop.first(select(Settlement)))
    *_, letter = [email for email in shop.emails() if email.kind == "refund_settled"]
    assert letter.state is EmailState.QUEUED
    assert "We have returned ₱480.00 to you" in letter.text
    assert "Nothing more is owed" not in letter.text + letter.html


def test_who_read_there_that_nothing_more_is_owed_should_hear_that_more_is(sam, shop, two_parts):
    settle(sam, two_parts[0], notify=None)
    settle(sam, two_parts[1])
    *_, letter = [email for email in shop.emails() if email.kind == "refund_settled"]
    shop.change(letter, state=EmailState.SENT, sent_at=letter.created_at)
    [said] = sam.follow(reverse(sam, shop.first(select(Settlement)))).messages
    assert said.endswith("tell them that it did not yet.")


def test_the_form_that_noted_it_notes_it_no_second_time(sam, refund, shop):
    url = f"/refunds/{refund.id}/settle"
    form = drawn(sam.get(f"/refunds/{refund.id}"), url)
    assert sam.post(url, **form).status == 303
    reverse(sam, latest(shop))
    page = sam.post(url, **form)
    assert (page.status, page.refusal) == (409, "This was taken back already.")
    assert books(shop, refund) == NOTHING_BACK


def test_a_refund_by_hand_that_a_reversal_overtook_says_where_to_record_it(sam, olive, shop):
    order = shop.order(items=(("Adobo set", 2, 48000),), **PAID)
    url = f"/orders/{order.id}/cancel/items"
    sam.post(url, **drawn(sam.get(url), url, pieces_1="1", notify=None))
    refund = shop.first(select(Refund))
    settle(sam, refund)
    url = f"/orders/{order.id}/refund"
    typed = drawn(sam.get(url), url, amount="100")
    reverse(olive, latest(shop))
    assert sam.follow(sam.post(url, **typed)).messages == [
        "Nothing was recorded: a cancel owes this money. Record here what went back."
    ]
    assert shop.get(Order, order.id).refunded == 0


def test_what_went_back_of_a_fee_still_stands_in_the_way_of_reinstating(sam, shop):
    order = shop.order(**PAID)
    cancel(sam, order, fee="480", notify=None)
    refund = shop.first(select(Refund))
    settle(sam, refund)
    settlement, url = latest(shop), f"/orders/{order.id}/refund"
    assert sam.post(url, **drawn(sam.get(url), url, amount="100")).status == 303
    reverse(sam, settlement)
    assert sam.get(f"/orders/{order.id}/reinstate").status == 409


def test_nothing_is_owed_again_to_a_customer_who_was_erased(app, olive, shop):
    order = shop.order(**PAID)
    cancel(olive, order)
    settle(olive, shop.first(select(Refund)))
    bring_to_an_end(app)
    erase(olive, [order])
    settlement = latest(shop)
    assert olive.get(url_of(settlement)).refusal == "The customer’s data of order 1001 was erased."
    assert olive.post(url_of(settlement), internal_note=WHY, version="3").status == 409
    assert shop.count(SettlementReversal) == 0


def test_the_books_are_in_order_after_it(app, sam, refund, shop):
    settle(sam, refund)
    reverse(sam, latest(shop))
    auditor = Auditor(shop_of(app))
    assert auditor.faults() == []
    auditor.close()
