from flask import Blueprint

backups = Blueprint("backups", __name__, cli_group=None)
FURNITURE = ("routes", "cli", "background_tasks")
