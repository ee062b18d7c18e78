from flask import Blueprint

products = Blueprint("products", __name__, cli_group=None)
FURNITURE = ("routes", "stock_routes", "file_routes")
