"""What agents type: messages, and tickets for somebody who called."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from accounts.models import Channel
from accounts.names import LONGEST_NAME
from support.actions.open_ticket import LONGEST_SUBJECT
from support.forms import LocalTimeField, MarkdownField, TypedText, WritingForm
from support.models import Priority, Queue, Status


class MessageForm(WritingForm):
    """A reply, what was said in a call, or a note.

    `version` is the ticket as it was seen, so that nothing is sent past a colleague's answer.
    """

    kind = forms.ChoiceField(
        choices=[("reply", gettext_lazy("Reply")), ("call", gettext_lazy("Call")), ("note", gettext_lazy("Note"))],
        initial="reply",
    )
    call_at = LocalTimeField(label=gettext_lazy("When was the call?"))
    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    then = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((status, status) for status in (Status.OPEN, Status.PENDING, Status.HOLD, Status.SOLVED))],
    )
    body = MarkdownField(label=gettext_lazy("Your message"), widget=forms.Textarea(attrs={"rows": 7, "class": "text"}))


class CallForm(WritingForm):
    """A ticket that an agent files for a customer."""

    email = forms.EmailField(
        label=gettext_lazy("Customer's email address"),
        max_length=254,
        help_text=gettext_lazy("Somebody unknown becomes a person here, and gets our answers by mail."),
        error_messages={
            "required": gettext_lazy("Without an address we cannot answer."),
            "invalid": gettext_lazy("This is no email address. Write it as in name@example.com."),
        },
    )
    name = TypedText(label=gettext_lazy("Customer's name"), max_length=LONGEST_NAME, required=False)
    subject = TypedText(
        label=gettext_lazy("Subject"),
        max_length=LONGEST_SUBJECT,
        error_messages={"required": gettext_lazy("Give it a subject: a few words are enough.")},
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How did it reach us?"),
        choices=[
            (Channel.PHONE, gettext_lazy("By phone")),
            (Channel.WEB, gettext_lazy("In another way, for the customer")),
        ],
        initial=Channel.PHONE,
        widget=forms.RadioSelect,
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Was it answered?"),
        choices=[
            ("answered", gettext_lazy("Yes: what I write is our answer")),
            ("missed", gettext_lazy("No: the customer waits for our reply")),
        ],
        initial="answered",
        widget=forms.RadioSelect,
        help_text=gettext_lazy("A question that was not answered gets its tier's promise of a first response."),
    )
    call_at = LocalTimeField(
        label=gettext_lazy("When was the call?"),
        help_text=gettext_lazy("In your own time zone. Empty: now. Its promise counts from then."),
    )
    body = MarkdownField(label=gettext_lazy("What was said"))
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"), choices=Priority.choices, coerce=int, initial=Priority.NORMAL
    )
    queue = forms.ModelChoiceField(
        label=gettext_lazy("Queue"),
        queryset=Queue.objects.none(),
        required=False,
        empty_label=gettext_lazy("By the customer's tier"),
    )

    field_order = [
        "email",
        "name",
        "subject",
        "channel",
        "outcome",
        "call_at",
        "body",
        "priority",
        "queue",
        "submission",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].required = True
        self.fields["body"].error_messages["required"] = gettext("Write a few words first.")
        self.fields["queue"].queryset = Queue.objects.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the values; only a call has a time of its own."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("call_at") and data.get("channel") != Channel.PHONE:
            self.add_error("call_at", gettext("Only a call has a time of its own. Empty this, or choose “By phone”."))
        return data
