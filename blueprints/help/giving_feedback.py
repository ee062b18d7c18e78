"""A reader says whether an article helped."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from blueprints import clock
from models import Actor, ArticleFeedback, db, writing


def feedback_of(by: Actor, article: str) -> ArticleFeedback | None:
    return _find(db.session(), by, article)


def give_feedback(article: str, *, helpful: bool, comment: str | None, by: Actor) -> None:
    """The latest word counts. Without a comment the one that is there stays."""
    with writing() as session:
        feedback = _find(session, by, article)
        if feedback is None:
            feedback = ArticleFeedback(article=article, user_id=by.user_id)
            session.add(feedback)
        feedback.helpful, feedback.at = helpful, clock.now()
        if comment is not None:
            feedback.comment = comment


def _find(session: Session, by: Actor, article: str) -> ArticleFeedback | None:
    return session.scalars(select(ArticleFeedback).filter_by(article=article, user_id=by.user_id)).one_or_none()
