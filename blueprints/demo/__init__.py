from flask import Blueprint

demo = Blueprint("demo", __name__, cli_group=None)
FURNITURE = ("routes", "cli")
