"""What runs behind the pages: ending the access windows whose time is up."""

from blueprints import background
from blueprints.support.granting import end_expired_windows

background.task(end_expired_windows)
