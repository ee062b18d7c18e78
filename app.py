"""Puts Suki together: settings, extensions, rooms. No routes and no rules live here."""

from importlib import import_module
from typing import Any

from flask import Flask, request
from flask_babel import Babel
from flask_mail import Mail
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from blueprints import access, bounds, errors, filters, headers, logs, navigation, translating
from blueprints.ids import IdConverter
from blueprints.programs import scope_of
from blueprints.serving import deliver_under_flask_run, serve, work
from blueprints.shop import find_store
from blueprints.static_files import serve_static
from blueprints.templating import Pages
from config import configure, instance_folder
from models import db

# `flask work --once` takes their background tasks in this order: so the mail that the end of an access window writes
# leaves in the same round, and neither mail nor webhooks wait for a long import.
ROOMS = (
    "auth",
    "support",
    "webhooks",
    "orders",
    "products",
    "insights",
    "settings",
    "api",
    "backups",
    "privacy",
    "doctor",
    "help",
    "demo",
)

babel = Babel()
csrf = CSRFProtect()
migrate = Migrate(render_as_batch=True)


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """`overrides` win over the environment; INSTANCE_PATH among them moves the instance folder."""
    overrides = dict(overrides or {})
    app = Flask(__name__, instance_path=str(overrides.pop("INSTANCE_PATH", None) or instance_folder()))
    app.jinja_environment = Pages
    configure(app, overrides)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask says to
    db.init_app(app)
    migrate.init_app(app, db)
    Mail(app)
    babel.init_app(app, locale_selector=_language, timezone_selector=lambda: filters.zone().key)
    translating.translate(app, babel)
    logs.watch(app)
    # In this order a form meets the check for other sites and the wall before anything reads it, and then the token.
    bounds.keep(app)
    headers.protect(app)
    access.put_up_wall(app)
    bounds.keep_forms(app)
    csrf.init_app(app)
    filters.teach_templates(app)
    serve_static(app)
    navigation.guide(app)
    errors.handle_errors(app)
    open_rooms(app)
    access.refuse_unmarked_views(app)
    app.cli.add_command(serve)
    app.cli.add_command(work)
    deliver_under_flask_run(app)
    return app


def open_rooms(app: Flask) -> None:
    """A room is a blueprint in `blueprints/<name>/__init__.py`; its views, commands and background tasks attach
    themselves."""
    app.url_map.converters["id"] = IdConverter
    for name in ROOMS:
        room = import_module(f"blueprints.{name}")
        for furniture in room.FURNITURE:
            import_module(f"blueprints.{name}.{furniture}")
        app.register_blueprint(getattr(room, name))
    for view in app.view_functions.values():
        if scope_of(view):
            csrf.exempt(view)  # no browser sends a program's token by itself


def _language() -> str | None:
    store = find_store()
    if store is not None:
        return store.language.value
    return request.accept_languages.best_match(["en", "fil"]) if request else None
