"""Was this article helpful?"""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, TextAreaField
from wtforms.validators import AnyOf

from blueprints.forms import BaseForm, Fits
from models import ArticleFeedback

ANSWERS = ("yes", "no")


class FeedbackForm(BaseForm):
    helpful = RadioField(
        _l("Was this article helpful?"),
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))],
        validate_choice=False,
        validators=[AnyOf(ANSWERS, message=_l("Answer with Yes or No."))],
    )
    comment = TextAreaField(_l("Anything to add?"), [Fits(ArticleFeedback.comment)])
