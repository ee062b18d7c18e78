from flask import Blueprint

auth = Blueprint("auth", __name__, cli_group=None)
FURNITURE = ("routes", "password_routes", "user_routes", "cli")
