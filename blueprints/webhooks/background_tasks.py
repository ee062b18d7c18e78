"""What runs behind the pages: delivering messages, and clearing away the old ones."""

from blueprints import background
from blueprints.webhooks.delivering import clear_old, deliver


@background.task
def deliver_webhooks() -> None:
    deliver()
    clear_old()
