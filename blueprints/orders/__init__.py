from flask import Blueprint

orders = Blueprint("orders", __name__, cli_group=None)
FURNITURE = ("routes", "change_routes", "seed_cli", "email_routes", "email_cli")
