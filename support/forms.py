"""What customers type: new tickets, replies, colleagues. Nothing typed is lost because something else is wrong."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.names import LONGEST_NAME, clean_name
from content.markdown import LONGEST_SOURCE
from sla import clock
from support.actions.open_ticket import LONGEST_SUBJECT
from support.models import Priority


class TypedText(forms.CharField):
    """Text as people paste it: zero bytes, which no database keeps, are left out rather than complained about."""

    def to_python(self, value: Any) -> Any:
        """Return the text without zero bytes."""
        return super().to_python(value.replace("\x00", "") if isinstance(value, str) else value)


class MarkdownField(TypedText):
    """The body of a message. Counted as it is stored: a line end is one character."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.validators.append(
            MaxLengthValidator(
                LONGEST_SOURCE,
                gettext_lazy(
                    "This is %(show_value)s characters long; at most %(limit_value)s fit. Send the rest as a file."
                ),
            )
        )

    def to_python(self, value: Any) -> Any:
        """Return the text with one kind of line end."""
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class SubmissionField(forms.CharField):
    """A hidden mark drawn when the form was shown: the same form sent twice makes one message."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid.uuid4, max_length=None)

    def to_python(self, value: Any) -> Any:
        """Return the mark; a damaged one is replaced, for it is nobody's fault who types."""
        try:
            return uuid.UUID(str(value))
        except ValueError:
            return uuid.uuid4()


class LocalTimeField(forms.Field):
    """When something was, typed in the reader's own zone: not in the future, at most a month ago. Empty: now.

    A time that the clock skipped is moved forward, of one that came twice the first is meant (sla.md, section 1).
    """

    LONGEST = timedelta(days=31)
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> datetime | None:
        """Return the instant, UTC, or None for now."""
        if not value:
            return None
        try:
            typed = datetime.fromisoformat(str(value).strip())
            at = clock.local_to_instant(timezone.get_current_timezone_name(), typed)
        except (ValueError, OverflowError):
            raise forms.ValidationError(_("Write date and time as in 2026-03-04 14:30."), code="invalid") from None
        now = timezone.now()
        if at > now:
            raise forms.ValidationError(
                _("This is in the future. Write when the call was, or leave it empty for now."), code="future"
            )
        if at < now - self.LONGEST:
            raise forms.ValidationError(
                _("This is more than %(days)s days ago. Check the date.") % {"days": self.LONGEST.days}, code="past"
            )
        return at


class WritingForm(forms.Form):
    """What every message has: a body, and a mark against being sent twice. Files are looked after by the view."""

    body = MarkdownField(label=gettext_lazy("Your message"))
    submission = SubmissionField()

    def __init__(self, *args: Any, has_files: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_files = has_files

    def clean_body(self) -> str:
        """Return the body; without files it may not be empty."""
        body: str = self.cleaned_data["body"]
        if not body and not self.has_files:
            raise forms.ValidationError(_("Write a few words first."), code="required")
        return body


class TicketForm(WritingForm):
    """A new ticket by somebody who is signed in."""

    subject = TypedText(
        label=gettext_lazy("Subject"),
        max_length=LONGEST_SUBJECT,
        error_messages={"required": gettext_lazy("Give your question a subject: a few words are enough.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        choices=Priority.choices,
        coerce=int,
        initial=Priority.NORMAL,
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": gettext_lazy("Choose one of the priorities."),
            "required": gettext_lazy("Choose one of the priorities."),
        },
    )
    body = MarkdownField(label=gettext_lazy("What happened, and what did you expect?"))
    # Under which what stood beside the form is noted; the ticket takes it along.
    offer = SubmissionField()

    field_order = ["email", "name", "subject", "body", "priority", "submission", "offer", "website"]

    def __init__(self, *args: Any, sets_priority: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sets_priority:
            self.fields["priority"].label = _("How urgent is it for you?")
            self.fields["priority"].help_text = _("A suggestion: on your plan we set the priority.")


class StrangerTicketForm(TicketForm):
    """A new ticket by somebody who is known by an address at most."""

    email = forms.EmailField(
        label=gettext_lazy("Your email address"),
        max_length=254,
        help_text=gettext_lazy("Our answer comes here."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Without your address we cannot answer."),
            "invalid": gettext_lazy("This is no email address. Write it as in name@example.com."),
        },
    )
    name = TypedText(
        label=gettext_lazy("Your name"),
        max_length=LONGEST_NAME,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    # Nobody sees this field, so only a program fills it.
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, sets_priority=False, **kwargs)
        self.fields["priority"].help_text = _("It helps us to see what comes first.")

    def clean_name(self) -> str:
        """Return the name on one line."""
        return clean_name(self.cleaned_data["name"])

    @property
    def is_by_program(self) -> bool:
        """Return whether the field that nobody sees was filled."""
        return bool(self.data.get("website"))


class ReplyForm(WritingForm):
    """An answer to a ticket."""

    body = MarkdownField(label=gettext_lazy("Your reply"))


class ColleagueForm(forms.Form):
    """A colleague who should follow a ticket, by address."""

    email = forms.EmailField(
        label=gettext_lazy("A colleague's email address"),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Write your colleague's address."),
            "invalid": gettext_lazy("This is no email address. Write it as in name@example.com."),
        },
    )
