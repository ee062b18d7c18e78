"""How the settings stand, for the page that leads to them."""

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from models import Alert, ApiToken, ArticleFeedback, Courier, CustomerAlert, Reason, User, WebhookEndpoint, db


@dataclass(frozen=True)
class Settings:
    couriers: int
    integrated: int
    reasons: int
    alerts_off: int
    users: int
    tokens: int
    helpful: int
    not_helpful: int
    webhooks: int
    webhooks_failing: int


def sum_up() -> Settings:
    kinds = [kind.value for kind in CustomerAlert]
    counts = (
        select(func.count(Courier.id)).where(Courier.active),
        select(func.count(Courier.id)).where(Courier.active, Courier.integrated),
        select(func.count(Reason.id)).where(Reason.active),
        select(func.count(Alert.kind)).where(Alert.on.is_(False), Alert.kind.in_(kinds)),
        select(func.count(User.id)).where(User.disabled_at.is_(None)),
        select(func.count(ApiToken.id)).where(ApiToken.revoked_at.is_(None)),
        select(func.count(ArticleFeedback.id)).where(ArticleFeedback.helpful),
        select(func.count(ArticleFeedback.id)).where(ArticleFeedback.helpful.is_(False)),
        select(func.count(WebhookEndpoint.id)).where(WebhookEndpoint.off_since.is_(None)),
        select(func.count(WebhookEndpoint.id)).where(
            or_(WebhookEndpoint.is_gone, and_(WebhookEndpoint.off_since.is_(None), WebhookEndpoint.failures > 0))
        ),
    )
    row = db.session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    return Settings(*row)
