from flask import Blueprint

support = Blueprint("support", __name__, cli_group=None)
FURNITURE = ("routes",)
