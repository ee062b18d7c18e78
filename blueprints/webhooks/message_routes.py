"""Sending by hand: a test, and a message once more."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from blueprints import access
from blueprints.access import Right, needs
from blueprints.shop import current_store
from blueprints.webhooks import webhooks
from blueprints.webhooks.routes import endpoint_or_404, endpoint_page
from blueprints.webhooks.sending import NotSent, send_again, send_test
from models import WebhookMessage, db


@webhooks.post("/settings/webhooks/<id:endpoint_id>/test")
@needs(Right.MANAGE_STORE)
def test(endpoint_id: int) -> ResponseReturnValue:
    endpoint_or_404(endpoint_id)
    try:
        message_id = send_test(endpoint_id)
    except NotSent as refusal:
        return endpoint_page(endpoint_or_404(endpoint_id), refusal), 409
    if current_store().is_demo:
        flash(_("The test stays here: a demo sends nothing."), "notice")
    else:
        flash(_("The test is on its way."), "done")
    return redirect(url_for(".endpoint", endpoint_id=endpoint_id, _anchor=f"message-{message_id}"), 303)


@webhooks.post("/settings/webhooks/messages/<id:message_id>/again")
@needs(Right.MANAGE_STORE)
def again(message_id: int) -> ResponseReturnValue:
    message = db.session.get(WebhookMessage, message_id) or abort(404)
    endpoint_id = message.endpoint_id
    try:
        send_again(message_id, by=access.actor())
    except NotSent as refusal:
        return endpoint_page(endpoint_or_404(endpoint_id), refusal), 409
    flash(_("The message is on its way again, under its old webhook-id."), "done")
    return redirect(url_for(".endpoint", endpoint_id=endpoint_id, _anchor=f"message-{message_id}"), 303)
