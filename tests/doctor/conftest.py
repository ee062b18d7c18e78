"""A store as `flask init` makes it, closed to others as it is made, and a mail server that answers."""

from tests.backups.conftest import first_day, run  # noqa: F401 (fixtures, to be found here)
from tests.mail.conftest import app, open_app, post_office  # noqa: F401 (likewise)
from tests.mail.test_certificates import impostor  # noqa: F401 (likewise)
