from flask import Blueprint

settings = Blueprint("settings", __name__, cli_group=None)
FURNITURE = ("routes", "courier_routes", "reason_routes", "unpaid_routes", "cli")
