"""What readers say of the help articles."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ArticleFeedback(Base):
    __tablename__ = "article_feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    article: Mapped[str] = mapped_column(String(60), index=True)
    helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(String(1000), default="")
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
