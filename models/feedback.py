"""What readers say of the help articles."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ArticleFeedback(Base):
    """One reader's word on one article: saying it again replaces it."""

    __tablename__ = "article_feedback"
    __table_args__ = (UniqueConstraint("article", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article: Mapped[str] = mapped_column(String(60))
    helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(String(1000), default="")
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
