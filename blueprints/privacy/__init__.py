from flask import Blueprint

privacy = Blueprint("privacy", __name__, cli_group=None)
FURNITURE = ("routes", "erase_routes", "cli", "background_tasks")
