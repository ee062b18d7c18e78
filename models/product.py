"""Products by SKU, and their stock: the sum of its movements, which are added and never changed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, String, event, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from models.base import Base, with_table_of
from models.search import PRODUCT_INDEX, fold, keep_index_of, searchable
from models.user import User

MOST_PIECES = 1_000_000_000
# Folded: one sign may stand for a whole sentence.
LONGEST_SKU_KEY, LONGEST_NAME_KEY = 240, 900


class Product(Base):
    """What the shop sells, by the SKU that items of orders carry."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("length(sku) BETWEEN 1 AND 80", name="sku_has_a_length"),
        Index("ix_products_name", "name_key", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(80))
    sku_key: Mapped[str] = mapped_column(String(LONGEST_SKU_KEY), unique=True)
    """Folded: `adobo-4` in an order is ADOBO-4."""
    name: Mapped[str] = mapped_column(String(300))
    name_key: Mapped[str] = mapped_column(String(LONGEST_NAME_KEY))
    """Folded, for the order of the list."""
    tracked: Mapped[bool] = mapped_column(default=True)
    """Whether its pieces are counted; an order takes none of a product that is not."""
    on_hand: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """The sum of its movements. Only the database writes it, below. Below zero: more was ordered than there is."""
    search_text: Mapped[str]
    created_at: Mapped[datetime]


BY_CANCEL = text("cancellation_id IS NOT NULL")


class MovementKind(StrEnum):
    RECEIVED = "received"
    REMOVED = "removed"
    COUNTED = "counted"
    """Somebody counted, and the difference was noted."""
    ORDERED = "ordered"
    CANCELLED = "cancelled"
    """Put back by a cancel of an order, or of a part of it."""
    DECLINED = "declined"
    """Put back, as the order is not taken."""
    UNDONE = "undone"
    """Taken again, as that cancel was undone."""
    REINSTATED = "reinstated"


class StockMovement(Base):
    """Pieces that came (more than 0) or went (less). Never changed, never deleted."""

    __tablename__ = "stock_movements"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="moves_something"),
        CheckConstraint(
            "(order_item_id IS NULL) = (kind IN ('received', 'removed', 'counted'))", name="by_hand_or_for_an_order"
        ),
        Index("ix_stock_movements_product", "product_id", "id"),
        Index("ix_stock_movements_order_item", "order_item_id"),
        Index("ix_stock_movements_cancellation", "cancellation_id", sqlite_where=BY_CANCEL, postgresql_where=BY_CANCEL),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int]
    on_hand_after: Mapped[int]
    """The sum with this one in it: so that nobody need add up all of them, and each proves the one before."""
    kind: Mapped[MovementKind]
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    order_item_id: Mapped[int | None] = mapped_column(ForeignKey("order_items.id"))
    cancellation_id: Mapped[int | None] = mapped_column(ForeignKey("cancellations.id"))
    """The cancel that put back, or whose withdrawal took again."""
    note: Mapped[str] = mapped_column(String(200), default="")
    once: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The form that noted it: the same form sent twice gets the first answer again."""

    product: Mapped[Product] = relationship()
    user: Mapped[User | None] = relationship()


@event.listens_for(Product, "before_insert")
@event.listens_for(Product, "before_update")
def _stay_findable(_mapper: Mapper[Any], _connection: Connection, product: Product) -> None:
    product.sku_key = fold(product.sku)
    product.name_key = fold(product.name)[:LONGEST_NAME_KEY]  # only to be put in order by
    product.search_text = searchable(number=product.sku, name=product.name, email=None, phone=None)


keep_index_of(Product, PRODUCT_INDEX)

# The stock keeps itself: whatever writes a movement, its product knows of it in the same moment; and of one item of an
# order no more goes than was ordered, and no more comes back than went.
STOCK_DDL = (
    "CREATE TRIGGER stock_movements_go_on BEFORE INSERT ON stock_movements "
    "WHEN NEW.on_hand_after <> NEW.quantity + (SELECT on_hand FROM products WHERE id = NEW.product_id) "
    "BEGIN SELECT RAISE(ABORT, 'each movement goes on from the one before'); END",
    "CREATE TRIGGER stock_movements_add_up AFTER INSERT ON stock_movements BEGIN "
    "UPDATE products SET on_hand = NEW.on_hand_after WHERE id = NEW.product_id; END",
    "CREATE TRIGGER stock_movements_within_item BEFORE INSERT ON stock_movements WHEN NEW.order_item_id IS NOT NULL "
    "AND NEW.quantity + (SELECT coalesce(sum(quantity), 0) FROM stock_movements "
    "WHERE order_item_id = NEW.order_item_id) "
    "NOT BETWEEN -(SELECT quantity FROM order_items WHERE id = NEW.order_item_id) AND 0 "
    "BEGIN SELECT RAISE(ABORT, 'no more goes than was ordered, and no more comes back than went'); END",
    "CREATE TRIGGER stock_movements_no_update BEFORE UPDATE ON stock_movements "
    "BEGIN SELECT RAISE(ABORT, 'movements of stock are never changed'); END",
    "CREATE TRIGGER stock_movements_no_delete BEFORE DELETE ON stock_movements "
    "BEGIN SELECT RAISE(ABORT, 'movements of stock are never changed'); END",
    "CREATE TRIGGER products_begin_empty BEFORE INSERT ON products WHEN NEW.on_hand <> 0 "
    "BEGIN SELECT RAISE(ABORT, 'only movements change a stock'); END",
    "CREATE TRIGGER products_on_hand_is_the_sum BEFORE UPDATE OF on_hand ON products "
    "WHEN NEW.on_hand <> coalesce((SELECT on_hand_after FROM stock_movements WHERE product_id = NEW.id "
    "ORDER BY id DESC LIMIT 1), 0) "
    "BEGIN SELECT RAISE(ABORT, 'only movements change a stock'); END",
)
with_table_of(StockMovement, *STOCK_DDL)  # the later of the two tables, each of which some of them name
