from flask import Blueprint

orders = Blueprint("orders", __name__, cli_group=None)
FURNITURE = (
    "routes",
    "new_routes",
    "customer_routes",
    "note_routes",
    "booking_routes",
    "payment_routes",
    "refund_routes",
    "reversal_routes",
    "change_routes",
    "part_routes",
    "withdraw_routes",
    "ask_routes",
    "request_routes",
    "seed_cli",
    "email_routes",
    "outbox_routes",
    "email_cli",
    "accept_routes",
    "bulk_routes",
    "import_routes",
    "export_routes",
    "cli",
    "unpaid_cli",
    "background_tasks",
)
