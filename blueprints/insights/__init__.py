from flask import Blueprint

insights = Blueprint("insights", __name__)
FURNITURE = ("routes", "filters")
