"""`flask serve`: one process is a whole store, its pages and its mail, as is Flask’s own `flask run`. `flask work`: all
but the pages."""

import signal
import sys
import time

import click
from flask import Flask, current_app
from flask.cli import run_command, with_appcontext
from flask.helpers import get_debug_flag
from sqlalchemy.exc import OperationalError
from waitress.server import BaseWSGIServer, create_server
from werkzeug.serving import is_running_from_reloader

from blueprints import background, logs, memory, schema
from blueprints.shop import find_store

THREADS = 8


@click.command("serve")
@click.option("--host", envvar="FLASK_RUN_HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="FLASK_RUN_PORT", default=5000, show_default=True)
@with_appcontext
def serve(host: str, port: int) -> None:
    """Serve the store's pages and deliver its mail, until Ctrl+C."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the app behind the proxy
    refuse_to_serve(app)
    memory.share_one_heap()
    logs.write_to(sys.stderr)
    server = server_of(app, host, port)
    if app.config["DELIVER_IN_PROCESS"]:
        background.start(app)
    _stop_in_order()
    click.echo(f"Suki is at http://{host}:{port} – stop it with Ctrl+C.")
    server.run()


def deliver_under_flask_run(app: Flask) -> None:
    """Flask’s own server has no moment at which it begins to serve, and no command of ours may take its name: it is
    known by the command under which the application is made. Pages are served whatever is said here, as Flask does."""
    if not app.config["DELIVER_IN_PROCESS"] or not _is_made_by_flask_run():
        return
    try:
        refuse_to_serve(app)
    except SystemExit as refusal:
        click.echo(f"Only pages are served, and no mail leaves. {refusal}", err=True)
    else:
        background.start(app)


def _is_made_by_flask_run() -> bool:
    """Not by the process that only watches for changed files and starts another, which serves."""
    context = click.get_current_context(silent=True)
    if context is None or context.command is not run_command:
        return False
    reloads = context.params["reload"]
    watches = get_debug_flag() if reloads is None else reloads
    return not watches or is_running_from_reloader()


def server_of(app: Flask, host: str, port: int) -> BaseWSGIServer:
    return create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        # Slow clients hold a connection, not a thread: with these, pages answer beside hundreds of them.
        connection_limit=1000,
        channel_timeout=30,
        max_request_header_size=64 * 1024,  # of all of them; each has a bound of its own
        ident=None,
        # ProxyFix reads these headers, and only as far as FLASK_TRUSTED_PROXIES says.
        clear_untrusted_proxy_headers=not app.config["TRUSTED_PROXIES"],
    )


@click.command("work")
@click.option("--once", is_flag=True, help="One round of it, for a timer that runs every minute.")
@with_appcontext
def work(once: bool) -> None:
    """Deliver mail, make backups, and whatever else needs no page, until Ctrl+C: for pages that gunicorn serves."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the app behind the proxy
    refuse_to_serve(app)
    memory.share_one_heap()
    logs.write_to(sys.stderr)
    if once:
        background.run_once(app)
        return
    background.start(app)
    _stop_in_order()
    click.echo("Suki is at work behind its pages – stop it with Ctrl+C.")
    try:
        while True:
            time.sleep(60)
    except KeyboardInterrupt:
        sys.exit(0)


def _stop_in_order() -> None:
    """As systemd stops it: pages and mails that are under way are ended in order."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


def refuse_to_serve(app: Flask) -> None:
    """Raises SystemExit with one line when pages would be wrong or unsafe."""
    with app.app_context():  # of its own: what it reads is not kept open for as long as the pages are served
        _refuse_to_serve(app)


def _refuse_to_serve(app: Flask) -> None:
    try:
        revision = schema.current_revision()
    except OperationalError as error:
        sys.exit(f"The database can’t be had: {str(error.orig).splitlines()[0]}")
    if revision is not None and not schema.is_known(revision):
        sys.exit("The database was made by a newer Suki. Upgrade Suki; nothing was changed.")
    if revision is not None and not schema.is_up_to_date():
        how = schema.command_to_bring_up_to_date()
        sys.exit(f"The database is of an older Suki. Bring it up to date with: {how}")
    store = find_store() if revision is not None else None
    if store is None:
        sys.exit("There is no store yet. Make one with: flask init")
    is_plain_and_public = not app.config["IS_SECURE"] and not app.config["IS_LOOPBACK"]
    if is_plain_and_public and not store.is_demo:
        sys.exit(f"FLASK_BASE_URL is {app.config['BASE_URL']}: outside of this computer it must begin with https://")
    if app.debug and not app.config["IS_LOOPBACK"]:
        sys.exit("FLASK_DEBUG shows the program's insides to strangers. Switch it off.")
