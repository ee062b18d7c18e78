"""For gunicorn and other servers: `gunicorn web:app`. Each process delivers mail beside its pages.

Not called wsgi.py: the flask command would take that for its application, threads and all.
"""

from app import create_app
from blueprints import background

app = create_app()
if app.config["DELIVER_IN_PROCESS"]:
    background.start(app)
