from flask import Blueprint

webhooks = Blueprint("webhooks", __name__, cli_group=None)
FURNITURE = ("routes", "message_routes", "background_tasks")
