"""What readers say of the articles, for the owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from models import ArticleFeedback, User, db


@dataclass(frozen=True)
class FeedbackTally:
    helpful: int = 0
    not_helpful: int = 0


@dataclass(frozen=True)
class Comment:
    article: str
    text: str
    helpful: bool
    name: str
    at: datetime


def tallies() -> dict[str, FeedbackTally]:
    """By article; one that nobody spoke of is left out."""
    helpful = func.count().filter(ArticleFeedback.helpful)
    rows = db.session.execute(
        select(ArticleFeedback.article, helpful, func.count() - helpful).group_by(ArticleFeedback.article)
    )
    return {article: FeedbackTally(yes, no) for article, yes, no in rows}


def comments() -> Sequence[Comment]:
    """Newest first."""
    rows = db.session.execute(
        select(ArticleFeedback.article, ArticleFeedback.comment, ArticleFeedback.helpful, User.name, ArticleFeedback.at)
        .join(User, User.id == ArticleFeedback.user_id)
        .where(ArticleFeedback.comment != "")
        .order_by(ArticleFeedback.at.desc())
    )
    return [Comment(*row) for row in rows]
