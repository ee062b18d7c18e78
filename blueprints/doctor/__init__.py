from flask import Blueprint

doctor = Blueprint("doctor", __name__, cli_group=None)
FURNITURE = ("routes", "cli")
