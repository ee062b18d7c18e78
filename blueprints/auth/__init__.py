from flask import Blueprint

auth = Blueprint("auth", __name__, cli_group=None)
FURNITURE = (
    "routes",
    "code_routes",
    "password_routes",
    "confirm_routes",
    "factor_routes",
    "user_routes",
    "session_routes",
    "cli",
    "background_tasks",
)
