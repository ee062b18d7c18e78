"""What gunicorn reads when it is started in this folder, as deploy/suki-gunicorn.conf has it: pages for two cores."""

import os

from config import instance_folder

instance_folder()  # reads `.env`, as `flask serve` does

wsgi_app = "web:app"
bind = f"{os.environ.get('FLASK_RUN_HOST', '127.0.0.1')}:{os.environ.get('FLASK_RUN_PORT', '5000')}"
workers = 2
# As many as `flask serve` has: of each process's eight, four at most wait to write (models/base.py), so pages are read.
worker_class = "gthread"
threads = 8
# Loaded once, before the processes part: it refuses with one line, and they share what it takes in memory.
preload_app = True
graceful_timeout = 15
# ProxyFix reads what a proxy says, and only as far as FLASK_TRUSTED_PROXIES says.
forwarded_allow_ips = ""
# A door of its own, for which there is no use here.
control_socket_disable = True
