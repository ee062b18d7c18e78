"""The forms of tickets: filing one, writing to it, and handing it to somebody."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from blueprints.forms import BaseForm, Fits, SentOnce
from blueprints.ids import read_id
from blueprints.support.attaching import (
    MOST_BYTES,
    MOST_FILES,
    AttachmentFault,
    NewAttachment,
    NotAttachable,
    read_upload,
)
from blueprints.support.replying import Words
from blueprints.support.ticketing import Filing
from blueprints.support.window_forms import HoursField, ScopeField
from models import Ticket, TicketMessage, User, WindowScope

# Much more than is kept: somebody who chose too much is told so by the page, with their words still on it.
MOST_BYTES_SENT = 64 * 1024 * 1024


class AttachmentsField(MultipleFileField):
    """Images and PDFs, by what they are and not by what they are called."""

    uploads: tuple[NewAttachment, ...] = ()

    def pre_validate(self, form: BaseForm) -> None:
        files = self.data or []
        if len(files) > MOST_FILES:
            raise ValidationError(_("Choose at most %(number)s files.", number=MOST_FILES))
        uploads, faults = [], []
        for file in files:
            try:
                uploads.append(read_upload(file.filename, file.stream))
            except NotAttachable as refusal:
                faults.append(_why_not(refusal.fault, file.filename))
        if faults:
            raise ValidationError(" ".join(faults))
        self.uploads = tuple(uploads)


def _why_not(fault: AttachmentFault, name: str) -> str:
    name = name[:80]
    if fault is AttachmentFault.EMPTY:
        return _("“%(name)s” is empty.", name=name)
    if fault is AttachmentFault.TOO_LARGE:
        return _("“%(name)s” is too large: at most %(size)s MB fit.", name=name, size=MOST_BYTES // 1024**2)
    return _("“%(name)s” is not a whole PNG, JPEG, GIF or WebP image, and not a PDF.", name=name)


_FILES = _l("Pictures or PDFs")
_LET_IN = _l("Let support into the store (CSLA)")


class _WithFiles(SentOnce):
    """Each form says where its files stand: what is wrong is listed in the order of the page."""

    files: AttachmentsField

    @property
    def has_lost_files(self) -> bool:
        """Whether files came with a form that is shown again: no browser keeps them."""
        return bool(self.errors and self.files.data)


class LetsIn:
    """A form that files a ticket, and lets support in if that is ticked; else the page may send whatever was left in
    the rest."""

    reason: TextAreaField
    files: AttachmentsField
    open_window: BooleanField
    hours: HoursField
    scope: ScopeField
    token: str | None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.hours.validate_choice = self.scope.validate_choice = self.open_window.data

    @property
    def lets_into_all(self) -> bool:
        return bool(self.open_window.data) and self.scope.data == WindowScope.ALL

    def filing(self, subject: str, *, letting_in: bool) -> Filing:
        filing = Filing(subject, self.reason.data, self.files.uploads, once=self.token)
        if not (self.open_window.data and letting_in):
            return filing
        return replace(filing, hours=int(self.hours.data), scope=WindowScope(self.scope.data))


class QuestionForm(LetsIn, _WithFiles):
    subject = StringField(
        _l("What is it about?"), [DataRequired(_l("Say in a few words what it is about.")), Fits(Ticket.subject)]
    )
    reason = TextAreaField(_l("What happened?"), [DataRequired(_l("Tell support what happened.")), Fits(Ticket.reason)])
    files = AttachmentsField(_FILES)
    open_window = BooleanField(_LET_IN)
    hours = HoursField(_l("For how long?"))
    scope = ScopeField(default=WindowScope.ALL)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.scope.offer(None)


class CancellationForm(LetsIn, _WithFiles):
    reason = TextAreaField(
        _l("Why should it be cancelled?"),
        [DataRequired(_l("Say why it should be cancelled: support needs the reason.")), Fits(Ticket.reason)],
    )
    files = AttachmentsField(_FILES)
    open_window = BooleanField(_LET_IN, default=True)
    hours = HoursField(_l("For how long?"))
    scope = ScopeField()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.scope.offer(_("This order only"))


class ReplyForm(_WithFiles):
    body = TextAreaField(_l("Your reply"), [Fits(TicketMessage.body)])
    files = AttachmentsField(_FILES)
    internal = BooleanField(_l("Internal note: only the support team sees it"))

    needs_words = True

    def validate_body(self, field: TextAreaField) -> None:
        if not field.data and (self.needs_words or self.files.data or self.internal.data):
            raise ValidationError(_("Write a few words first."))

    def words(self, *, may_be_internal: bool) -> Words:
        return Words(self.body.data, may_be_internal and self.internal.data, self.files.uploads, once=self.token)


class SolveForm(ReplyForm):
    """The last words are welcome, but nobody needs them."""

    needs_words = False


class AssignForm(BaseForm):
    assignee = SelectField(_l("Taken by"), validate_choice=False)

    def offer(self, agents: Sequence[User], assignee_id: int | None) -> None:
        self.assignee.choices = [("", _("Nobody")), *((str(agent.id), agent.name) for agent in agents)]
        self.assignee.data = str(assignee_id or "")

    @property
    def agent_id(self) -> int | None:
        """0, which is nobody's, for what is no number of ours."""
        return (read_id(self.assignee.data) or 0) if self.assignee.data else None
