"""The pages for gunicorn, which reads gunicorn.conf.py beside this. It serves and does nothing else: `flask work` is to
run beside it, once, for mail and all that needs no page.

Not called wsgi.py: the flask command would take that for its application.
"""

import sys

from app import create_app
from blueprints import logs, memory
from blueprints.serving import refuse_to_serve
from models import db

app = create_app()
refuse_to_serve(app)
with app.app_context():
    # No connection to the database may get into the processes that are made out of this one.
    db.engine.dispose()
memory.share_one_heap()
logs.write_to(sys.stderr)
