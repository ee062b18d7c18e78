from flask import Blueprint

api = Blueprint("api", __name__, cli_group=None)
FURNITURE = ("door_routes", "routes", "token_routes")
