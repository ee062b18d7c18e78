"""`flask orders import`: a file of orders from the disk, however large."""

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from blueprints.commands import in_a_store
from blueprints.orders import orders
from blueprints.orders.import_forms import fault_in_words, finding_in_words, found_there
from blueprints.orders.importing import carry_on, discard_import, start_import
from blueprints.orders.receiving import record_import
from blueprints.reading_csv import Unreadable, Upload
from models import SYSTEM, ImportFinding, ImportState, OrderImport, db

SHOWN_FINDINGS = 50

orders_cli = AppGroup("orders", help="Work with orders.")
orders.cli.add_command(orders_cli)


@orders_cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would come in.")
@in_a_store
def import_orders(file: Path, dry_run: bool) -> None:
    """Import orders from a CSV file: an export of Shopify, of WooCommerce, or Suki's own.

    What is in Suki already is left as it is. Nobody is emailed.
    """
    with file.open("rb") as stream:
        upload = Upload(stream)
        try:
            import_id = record_import(upload, filename=file.name, by=SYSTEM, state=ImportState.CHECKING, stored=False)
        except Unreadable as unreadable:
            raise click.ClickException(fault_in_words(unreadable)) from None
        _walk("Checking ", import_id, upload)
        checked = _read_again(import_id)
        _tell_check(checked)
        if checked.new and not dry_run:
            start_import(import_id, by=SYSTEM)
            _walk("Importing", import_id, upload)
        else:
            discard_import(import_id)
    _tell_import(_read_again(import_id), dry_run=dry_run)


def _walk(label: str, import_id: int, upload: Upload) -> None:
    with click.progressbar(length=upload.size, label=label) as bar:

        def tell(offset: int) -> None:
            bar.update(offset - bar.pos)

        carry_on(import_id, enough=_never, file=upload, tell=tell)


def _never() -> bool:
    return False


def _read_again(import_id: int) -> OrderImport:
    db.session.rollback()
    return db.session.get_one(OrderImport, import_id)


def _tell_check(found: OrderImport) -> None:
    click.echo(
        f"{_counted(found.new, 'new order')}, {found.already_there:,} already there, {found.bad:,} with problems."
    )
    if found.without_email:
        click.echo(f"{found.without_email:,} of the new without an email address: those customers can't be emailed.")
    shown = select(ImportFinding).where(ImportFinding.import_id == found.id).order_by(ImportFinding.id)
    for finding in db.session.scalars(shown.limit(SHOWN_FINDINGS)):
        click.echo(_line_of(finding))
    if found.findings > SHOWN_FINDINGS:
        click.echo(f"  … and {found.findings - SHOWN_FINDINGS:,} more.")


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def _line_of(finding: ImportFinding) -> str:
    place = [f"line {finding.line}", finding.column, f"order {finding.number}" if finding.number else ""]
    found = f" “{found_there(finding)}”" if found_there(finding) else ""
    return f"  {', '.join(filter(None, place))}:{found} {finding_in_words(finding)}"


def _tell_import(found: OrderImport, *, dry_run: bool) -> None:
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")
    elif found.imported:
        click.echo(f"{_counted(found.imported, 'order')} came in.")
    else:
        click.echo("Nothing came in, and nothing was changed.")
    if not found.new and not found.already_there:
        raise SystemExit(1)
