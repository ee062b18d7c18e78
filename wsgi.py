"""For gunicorn and other servers: `gunicorn wsgi:app`. Each process delivers mail beside its pages."""

from app import create_app
from blueprints import background

app = create_app()
if app.config["DELIVER_IN_PROCESS"]:
    background.start(app)
