"""`flask seed`: made-up orders in great number."""

import click

from blueprints.commands import in_a_store
from blueprints.orders import orders
from blueprints.orders.seeding import StoreIsInUse, seed_orders


@orders.cli.command("seed")
@click.option("--orders", "count", type=click.IntRange(1, 5_000_000), required=True, help="How many to make.")
@in_a_store
def seed(count: int) -> None:
    """Make up orders, to measure Suki with many of them.

    Only in a store without orders, or in a demo.
    """
    try:
        with click.progressbar(length=count, label=f"Making {count:,} orders", show_pos=True) as bar:
            seed_orders(count, tell=bar.update)
    except StoreIsInUse:
        raise click.ClickException(
            "This store has orders of its own, and made-up ones would get mixed up with them. "
            "Point FLASK_INSTANCE_PATH at an empty folder and run flask init there first."
        ) from None
