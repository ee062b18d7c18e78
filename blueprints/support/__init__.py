from flask import Blueprint

support = Blueprint("support", __name__, cli_group=None)
FURNITURE = ("filters", "routes", "reply_routes", "window_routes", "background_tasks")
