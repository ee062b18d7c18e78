"""“Was this article helpful?”: each reader counts once, and the owner reads the answers."""

import pytest
from sqlalchemy import select

from models import ArticleFeedback

ADDRESS = "/help/cancel-an-order/feedback"


def told(shop):
    rows = shop.all(select(ArticleFeedback).order_by(ArticleFeedback.id))
    return [(row.article, row.helpful, row.comment) for row in rows]


@pytest.mark.parametrize("answer", ["", "maybe", "x" * 100_000])
def test_an_answer_is_yes_or_no(sam, shop, answer):
    page = sam.post(ADDRESS, helpful=answer)
    assert page.status == 422
    assert "Answer with Yes or No." in page.text
    assert told(shop) == []


def test_a_comment_that_is_too_long_is_kept_on_the_page(sam, shop):
    sam.post(ADDRESS, helpful="no")
    page = sam.post(ADDRESS, helpful="no", comment="x" * 1001)
    assert page.status == 422
    assert page.errors == {"comment": "This is 1,001 characters long; at most 1,000 fit."}
    assert page.value("comment") == "x" * 1001
    assert told(shop) == [("cancel-an-order", False, "")]


def test_a_guide_that_is_not_there_takes_no_feedback(sam, shop):
    assert sam.post("/help/no-such-guide/feedback", helpful="yes").status == 404
    assert told(shop) == []


def test_feedback_is_sent_not_fetched(sam):
    assert sam.get(f"{ADDRESS}?helpful=yes").status == 405


def test_one_press_answers(sam, shop):
    page = sam.follow(sam.post(ADDRESS, helpful="yes"))
    assert "Thank you for telling us" in page.text
    assert told(shop) == [("cancel-an-order", True, "")]


def test_the_latest_answer_of_each_reader_counts(sam, uma, shop):
    sam.post(ADDRESS, helpful="yes")
    sam.post(ADDRESS, helpful="no")
    uma.post(ADDRESS, helpful="yes")
    assert told(shop) == [("cancel-an-order", False, ""), ("cancel-an-order", True, "")]


def test_a_comment_follows_and_stays_when_the_answer_changes(sam, shop):
    sam.post(ADDRESS, helpful="no")
    sam.post(ADDRESS, helpful="no", comment="Where is the\nmenu?")
    sam.post(ADDRESS, helpful="yes")
    assert told(shop) == [("cancel-an-order", True, "Where is the\nmenu?")]
    assert sam.get("/help/cancel-an-order").value("comment") == "Where is the\nmenu?"


def test_a_comment_can_be_taken_back(sam, shop):
    sam.post(ADDRESS, helpful="no", comment="Hm")
    sam.post(ADDRESS, helpful="no", comment="")
    assert told(shop) == [("cancel-an-order", False, "")]


def test_only_the_owner_reads_what_others_said(olive, sam, uma):
    sam.post(ADDRESS, helpful="no", comment="<b>Where</b> is the menu?")
    assert [reader.get("/help/feedback").status for reader in (sam, uma)] == [403, 403]
    assert "All readers so far" not in sam.get("/help/cancel-an-order").text
    assert "All readers so far: helpful to 0, not helpful to 1." in olive.get("/help/cancel-an-order").text
    page = olive.get("/help/feedback")
    assert "<b>Where</b> is the menu?" in page.text
    assert "Sam Staff" in page.text


def test_before_anybody_spoke_the_owner_reads_that_nobody_did(olive):
    assert "No comments yet" in olive.get("/help/feedback").text
    assert "Nobody has said yet" in olive.get("/settings/").text


def test_feedback_on_a_guide_that_is_gone_harms_no_page(olive, shop):
    olive.post(ADDRESS, helpful="no", comment="Old")
    (row,) = shop.all(select(ArticleFeedback))
    shop.change(row, article="a-guide-of-yore")
    assert olive.get("/help/feedback").status == 200
