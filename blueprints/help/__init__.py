from flask import Blueprint

help = Blueprint("help", __name__, cli_group=None)
FURNITURE = ("routes",)
