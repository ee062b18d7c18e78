"""How waiting reads on the support room's pages."""

from datetime import datetime

from babel.dates import format_timedelta
from flask_babel import get_locale
from flask_babel import gettext as _

from blueprints import clock
from blueprints.support import support

MINUTE = 60


@support.app_template_filter()
def how_long(since: datetime) -> str:
    """`5 minutes`, `3 hours`, `2 days` up to now."""
    waited = clock.now() - since
    if waited.total_seconds() < MINUTE:
        return _("less than a minute")
    return format_timedelta(waited, granularity="minute", threshold=1, locale=get_locale() or "en")
