"""What the shop knows. Importing this makes every table known."""

from models.api import ApiRequest, ApiToken, TokenEvent
from models.base import Base, DatabaseBusy, change_rows, db, writing
from models.bulk_cancel import BulkCancel, BulkOrder, BulkOutcome, BulkState
from models.cancel_request import CancelRequest, LinkRequest, RequestState
from models.cancellation import Cancellation, CancelledItem, Refund, Withdrawal
from models.email import CustomerAlert, Email, EmailState, NotSentReason
from models.event import Event
from models.feedback import ArticleFeedback
from models.importing import ImportChunk, ImportFinding, ImportNumber, ImportState, OrderImport, Verdict
from models.note import Note
from models.order import Order
from models.order_item import OrderItem
from models.order_states import OrderSource, OrderStatus, PaymentMethod, PaymentStatus
from models.payment_reminder import KeptOrder, PaymentReminder
from models.privacy import EmailRetention, ErasedOrder, ErasedQuestion, Erasure
from models.product import MovementKind, Product, StockMovement
from models.second_factor import RecoveryCode, SecondFactor
from models.settlement import Settlement, SettlementMethod, SettlementReversal
from models.store import Alert, Courier, Language, Reason, Store
from models.ticket import (
    STILL_OPEN,
    Attachment,
    AttachmentKind,
    Ticket,
    TicketKind,
    TicketMessage,
    TicketState,
)
from models.user import (
    SYSTEM,
    Actor,
    AttemptKind,
    PasswordReset,
    Role,
    SignInAttempt,
    User,
    UserSession,
)
from models.webhook import (
    DeliveryFault,
    UnsentReason,
    WebhookEndpoint,
    WebhookMessage,
    WebhookSubscription,
    WebhookType,
)
from models.window import AccessWindow, WindowEnd, WindowEntry, WindowScope

__all__ = [
    "STILL_OPEN",
    "SYSTEM",
    "AccessWindow",
    "Actor",
    "Alert",
    "ApiRequest",
    "ApiToken",
    "ArticleFeedback",
    "Attachment",
    "AttachmentKind",
    "AttemptKind",
    "Base",
    "BulkCancel",
    "BulkOrder",
    "BulkOutcome",
    "BulkState",
    "CancelRequest",
    "Cancellation",
    "CancelledItem",
    "Courier",
    "CustomerAlert",
    "DatabaseBusy",
    "DeliveryFault",
    "Email",
    "EmailRetention",
    "EmailState",
    "ErasedOrder",
    "ErasedQuestion",
    "Erasure",
    "Event",
    "ImportChunk",
    "ImportFinding",
    "ImportNumber",
    "ImportState",
    "KeptOrder",
    "Language",
    "LinkRequest",
    "MovementKind",
    "NotSentReason",
    "Note",
    "Order",
    "OrderImport",
    "OrderItem",
    "OrderSource",
    "OrderStatus",
    "PasswordReset",
    "PaymentMethod",
    "PaymentReminder",
    "PaymentStatus",
    "Product",
    "Reason",
    "RecoveryCode",
    "Refund",
    "RequestState",
    "Role",
    "SecondFactor",
    "Settlement",
    "SettlementMethod",
    "SettlementReversal",
    "SignInAttempt",
    "StockMovement",
    "Store",
    "Ticket",
    "TicketKind",
    "TicketMessage",
    "TicketState",
    "TokenEvent",
    "UnsentReason",
    "User",
    "UserSession",
    "Verdict",
    "WebhookEndpoint",
    "WebhookMessage",
    "WebhookSubscription",
    "WebhookType",
    "WindowEnd",
    "WindowEntry",
    "WindowScope",
    "Withdrawal",
    "change_rows",
    "db",
    "writing",
]
