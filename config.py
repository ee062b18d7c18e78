"""Settings from the environment and `.env`; every one of them stands in docs/settings.md."""

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from dotenv import load_dotenv
from flask import Flask
from flask.helpers import get_load_dotenv

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SHORTEST_KEY = 32
DRIVER = "postgresql+psycopg"

DEFAULTS: dict[str, Any] = {
    "BACKUP_EVERY_HOURS": 24,
    "BACKUP_KEEP": 14,
    "BASE_URL": "http://127.0.0.1:5000",
    "DELIVER_IN_PROCESS": True,
    "IMPORT_MAX_BYTES": 100 * 1024 * 1024,
    "MAIL_PORT": 25,
    "MAIL_TIMEOUT": 20,
    "MAIL_USE_SSL": False,
    "MAIL_USE_TLS": False,
    "MAX_CONTENT_LENGTH": 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
    "TRUSTED_HOSTS": [],
    "TRUSTED_PROXIES": 0,
    "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_REFRESH_EACH_REQUEST": False,
    "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # names and notes stay out of the log
    "TEMPLATES_AUTO_RELOAD": False,
    "WTF_CSRF_SSL_STRICT": False,  # it wants a referrer, which pages at a secret address don't send; see headers.py
    "WTF_CSRF_TIME_LIMIT": None,  # a token lasts as long as its session
}


def instance_folder() -> Path:
    """Where all that belongs to the shop lies. Reads `.env` first, which may name it."""
    if get_load_dotenv():  # not for a demo, which knows nothing of the shop
        load_dotenv(Path(__file__).parent / ".env")
    return Path(os.environ.get("FLASK_INSTANCE_PATH") or Path(__file__).parent / "instance").absolute()


def configure(app: Flask, overrides: dict[str, Any] | None) -> None:
    """Raises SystemExit with one line when a setting would be unsafe."""
    instance = Path(app.instance_path)
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    app.config.from_mapping(DEFAULTS, SQLALCHEMY_DATABASE_URI=f"sqlite:///{instance / 'suki.db'}")
    app.config.from_prefixed_env()
    _refuse_other_kinds(app.config)
    app.config.update(overrides or {})
    _follow_database(app)
    app.config["SECRET_KEY"] = _strong_key(app.config.get("SECRET_KEY"), instance)
    app.config["MAIL_DEFAULT_SENDER"] = app.config.get("MAIL_DEFAULT_SENDER") or app.config.get("MAIL_USERNAME")
    _follow_base_url(app)


def _refuse_other_kinds(given: Mapping[str, Any]) -> None:
    """Flask reads JSON and keeps as text what is none: `False` would count as true, and `24h` fail in the middle of a
    page."""
    for name, usual in DEFAULTS.items():
        if not _is_like(given[name], usual):
            raise SystemExit(f"FLASK_{name} is {given[name]!r}; it looks like {_example(usual)}")


def _is_like(given: object, usual: object) -> bool:
    if isinstance(usual, bool):
        return given in (0, 1)  # 1 is a usual way to say true
    if isinstance(usual, timedelta | None):
        return given is usual or type(given) is int
    return type(given) is type(usual)


def _example(usual: object) -> str:
    if isinstance(usual, bool):
        return "true or false"
    if isinstance(usual, list):
        return '["www.example.com"]'
    return "3600" if isinstance(usual, timedelta | None) else json.dumps(usual or 1)


def database_address(typed: str) -> str:
    """PostgreSQL by the driver that we use, whichever way its address is written. Raises SystemExit with one line when
    that is not installed."""
    scheme, separator, rest = typed.partition("://")
    if scheme not in ("postgres", "postgresql", DRIVER):
        return typed
    if find_spec("psycopg") is None:
        raise SystemExit(
            "A store on PostgreSQL needs one more package: "
            "python -m pip install --require-hashes -r requirements-postgresql.txt"
        )
    return f"{DRIVER}{separator}{rest}"


def _follow_database(app: Flask) -> None:
    """A connection that its server has closed meanwhile, as when it was started again, is noticed before its use."""
    address = app.config["SQLALCHEMY_DATABASE_URI"] = database_address(str(app.config["SQLALCHEMY_DATABASE_URI"]))
    if address.startswith(DRIVER):
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_pre_ping": True, **app.config["SQLALCHEMY_ENGINE_OPTIONS"]}


def _strong_key(key: object, instance: Path) -> str:
    chosen = str(key) if key else _kept_key(instance / "secret_key")
    if len(chosen) < SHORTEST_KEY or len(set(chosen)) < 10:
        raise SystemExit(
            f"FLASK_SECRET_KEY is too weak: use at least {SHORTEST_KEY} random characters, or leave it out and "
            "Suki makes one itself."
        )
    return chosen


def _kept_key(path: Path) -> str:
    """The key in the instance folder, made by whoever comes first: the link fails for everybody else."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def _address_of(base_url: str) -> SplitResult:
    try:
        address = urlsplit(base_url)
        is_one = address.scheme in ("http", "https") and bool(address.hostname)
    except ValueError:  # of half a pair of brackets
        is_one = False
    if not is_one:
        raise SystemExit(f"FLASK_BASE_URL is {base_url!r}; it looks like https://shop.example.com")
    return address


def _follow_base_url(app: Flask) -> None:
    """Cookies, trusted hosts and links follow from the one public address."""
    address = _address_of(app.config["BASE_URL"])
    secure = address.scheme == "https"
    # Every port of a host shares its cookies, so two stores on one laptop need two names.
    own_name = "suki-" + hashlib.sha256(app.instance_path.encode()).hexdigest()[:8]
    app.config.update(
        BASE_URL=app.config["BASE_URL"].rstrip("/"),
        IS_SECURE=secure,
        IS_LOOPBACK=address.hostname in ("127.0.0.1", "localhost", "::1"),
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_NAME="__Host-suki" if secure else own_name,
    )
    app.config["TRUSTED_HOSTS"] = [address.hostname, *LOOPBACK, *app.config["TRUSTED_HOSTS"]]
