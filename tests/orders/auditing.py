"""An auditor with a line of their own to the database: what must never be in the books, asked without a word of the
product's."""

from pathlib import Path
from typing import Any

from tests.storing import Outsider

# Rows that must not be, each with what is wrong with it. An order whose number begins with GONE- came in cancelled.
NEVER = """
SELECT 'a stock that is not the sum of its movements', p.id FROM products p
 WHERE on_hand <> (SELECT coalesce(sum(quantity), 0) FROM stock_movements WHERE product_id = p.id)
UNION ALL SELECT 'a movement that does not go on from the one before', id FROM
 (SELECT id, on_hand_after, sum(quantity) OVER (PARTITION BY product_id ORDER BY id) AS so_far
   FROM stock_movements) AS movements
 WHERE on_hand_after <> so_far
UNION ALL SELECT 'more came back for an item than went, or more went than was ordered', i.id FROM order_items i
 JOIN stock_movements m ON m.order_item_id = i.id GROUP BY i.id HAVING -sum(m.quantity) NOT BETWEEN 0 AND i.quantity
UNION ALL SELECT 'stock moved for an old order', o.id FROM stock_movements m
 JOIN order_items i ON i.id = m.order_item_id
 JOIN orders o ON o.id = i.order_id WHERE o.source <> 'form'
UNION ALL SELECT 'a cancel that put back more than it was to', c.cancellation_id FROM cancelled_items c WHERE put_back <
 (SELECT coalesce(sum(quantity), 0) FROM stock_movements m WHERE m.cancellation_id = c.cancellation_id
   AND m.order_item_id = c.order_item_id AND m.kind = 'cancelled')
UNION ALL SELECT 'stock that a withdrawn cancel still holds', c.id FROM cancellations c
 JOIN stock_movements m ON m.cancellation_id = c.id WHERE withdrawn_at IS NOT NULL
 GROUP BY c.id HAVING sum(quantity) <> 0
UNION ALL SELECT 'refunded beyond what was paid', id FROM orders WHERE refunded NOT BETWEEN 0 AND paid
UNION ALL SELECT 'a total below nothing', id FROM orders WHERE total < 0
UNION ALL SELECT 'a wrong count of pieces', o.id FROM orders o WHERE item_count <>
 (SELECT coalesce(sum(quantity - cancelled), 0) FROM order_items WHERE order_id = o.id)
UNION ALL SELECT 'a total that is not the sum of what remains', o.id FROM orders o
 WHERE total <> shipping - discount + tax +
 (SELECT coalesce(sum((quantity - cancelled) * price), 0) FROM order_items WHERE order_id = o.id)
UNION ALL SELECT 'pieces cancelled by no cancel', i.id FROM order_items i WHERE i.cancelled <>
 (SELECT coalesce(sum(k.quantity), 0) FROM cancelled_items k JOIN cancellations c ON c.id = k.cancellation_id
   WHERE k.order_item_id = i.id AND c.is_part AND c.withdrawn_at IS NULL)
UNION ALL SELECT 'a refund out of bounds', id FROM refunds WHERE owed <= 0 OR settled NOT BETWEEN 0 AND owed
UNION ALL SELECT 'settled is not the sum of the settlements', r.id FROM refunds r WHERE settled <>
 (SELECT coalesce(sum(amount), 0) FROM settlements WHERE refund_id = r.id
   AND id NOT IN (SELECT settlement_id FROM settlement_reversals))
UNION ALL SELECT 'settled, and not refunded', o.id FROM orders o WHERE refunded <
 (SELECT coalesce(sum(settled), 0) FROM refunds WHERE order_id = o.id AND o.source = 'form')
UNION ALL SELECT 'more is owed than is there to give back', o.id FROM orders o WHERE paid < refunded +
 (SELECT coalesce(sum(owed - settled), 0) FROM refunds WHERE order_id = o.id AND settled_at IS NULL)
UNION ALL SELECT 'a withdrawn cancel that owes', r.id FROM refunds r JOIN cancellations c ON c.id = r.cancellation_id
 WHERE (c.withdrawn_at IS NOT NULL) <> (r.withdrawn_at IS NOT NULL)
  OR (c.withdrawn_at IS NOT NULL AND r.settled_at IS NULL)
UNION ALL SELECT 'a settlement of what is not owed any more', s.id FROM settlements s
 JOIN refunds r ON r.id = s.refund_id
 WHERE r.withdrawn_at IS NOT NULL AND s.id NOT IN (SELECT settlement_id FROM settlement_reversals)
UNION ALL SELECT 'cancelled without a cancel, or with two', o.id FROM orders o
 WHERE number NOT LIKE 'GONE-%' AND CASE status WHEN 'cancelled' THEN 1 ELSE 0 END <>
 (SELECT count(*) FROM cancellations WHERE order_id = o.id AND NOT is_part AND withdrawn_at IS NULL)
UNION ALL SELECT 'two events with one email', email_id FROM events WHERE email_id IS NOT NULL GROUP BY email_id
 HAVING count(*) <> 1
UNION ALL SELECT 'two cancels with one email', email_id FROM cancellations WHERE email_id IS NOT NULL GROUP BY email_id
 HAVING count(*) <> 1
UNION ALL SELECT 'an email of nothing that happened', m.id FROM emails m WHERE order_id IS NOT NULL AND NOT EXISTS
 (SELECT 1 FROM events WHERE email_id = m.id AND order_id = m.order_id)
UNION ALL SELECT 'a cancel with a letter of another kind, or with none', c.id FROM cancellations c
 LEFT JOIN emails m ON m.id = c.email_id AND m.again_of_id IS NULL
 WHERE coalesce(m.kind, '') <> CASE WHEN c.is_part THEN 'order_part_cancelled' ELSE 'order_cancelled' END
UNION ALL SELECT 'more letters than cancels', o.id FROM orders o WHERE
 (SELECT count(*) FROM emails WHERE order_id = o.id AND again_of_id IS NULL AND kind LIKE 'order%cancelled') <>
 (SELECT count(*) FROM cancellations WHERE order_id = o.id) OR
 (SELECT count(*) FROM emails WHERE order_id = o.id AND again_of_id IS NULL AND kind = 'order_reinstated') >
 (SELECT count(*) FROM cancellations WHERE order_id = o.id AND withdrawal = 'reinstated') OR
 (SELECT count(*) FROM emails WHERE order_id = o.id AND again_of_id IS NULL AND kind = 'refund_settled') -
 (SELECT count(*) FROM refunds WHERE order_id = o.id AND settled = owed) NOT BETWEEN 0 AND
 (SELECT count(*) FROM settlement_reversals b JOIN settlements s ON s.id = b.settlement_id
   JOIN refunds r ON r.id = s.refund_id WHERE r.order_id = o.id)
UNION ALL SELECT 'a letter of an undone cancel that left', m.id FROM emails m
 JOIN cancellations c ON c.email_id IN (m.id, m.again_of_id) WHERE c.withdrawal = 'undone' AND m.state <> 'not_sent'
UNION ALL SELECT 'a letter of a withdrawn cancel that waits', m.id FROM emails m
 JOIN cancellations c ON c.email_id = m.id WHERE c.withdrawn_at IS NOT NULL AND m.state IN ('held', 'queued', 'sending')
UNION ALL SELECT 'a change without its event', o.id FROM orders o WHERE version <>
 (SELECT max(order_version) FROM events WHERE order_id = o.id)
UNION ALL SELECT 'a cancel without its event', c.id FROM cancellations c WHERE 1 <>
 (SELECT count(*) FROM events e WHERE e.order_id = c.order_id AND e.email_id = c.email_id
   AND e.code = CASE WHEN c.is_part THEN 'order.part_cancelled' ELSE 'order.cancelled' END)
"""
# What a refund's and an order's money comes to; read by the model, which knows it already.
MONEY = (
    "SELECT id, status, payment_status, total, discount, tax, shipping, paid, refunded, item_count "
    "FROM orders ORDER BY id"
)
OWED = "SELECT cancellation_id, owed, settled, settled_at IS NULL FROM refunds ORDER BY id"
ON_HAND = "SELECT id, on_hand FROM products ORDER BY id"
APPENDED = ("events", "stock_movements", "settlements", "settlement_reversals")

Rows = list[tuple[Any, ...]]


class Auditor:
    def __init__(self, path: Path) -> None:
        self._outsider = Outsider(path)
        self._tables = self._outsider.tables()

    def close(self) -> None:
        self._outsider.line.close()

    def rows(self, sql: str, *values: Any) -> Rows:
        return self._outsider.run(sql, *values)

    def one(self, sql: str, *values: Any) -> Any:
        return self.rows(sql, *values)[0][0]

    def everything(self) -> dict[str, Rows]:
        """Every row of every table, by its key: equal only when nothing at all was changed."""
        return {name: sorted(self.rows(f"SELECT * FROM {name}"), key=lambda row: row[:2]) for name in self._tables}

    def faults(self) -> Rows:
        return self.rows(NEVER)


def assert_only_more(before: dict[str, Rows], now: dict[str, Rows]) -> None:
    """History, stock and settlements are added to and never rewritten; the version of an order only grows."""
    for name in APPENDED:
        assert now[name][: len(before[name])] == before[name], f"{name} was rewritten"
