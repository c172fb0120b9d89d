"""The form with which an administrator says what the desk promises."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sla import clock
from sla.defaults import STEPS
from sla.models import Target
from sla.policy import sentence
from sla.steps_field import StepsField


class TargetForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row of the policy, with its length in hours and minutes."""

    hours = forms.IntegerField(
        label=_("Hours"), min_value=0, max_value=100_000, initial=0, help_text=_("Open hours of the calendar.")
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=0,
        max_value=59,
        initial=0,
        help_text=_("Added to the hours; at least a minute in all."),
    )
    pause_on = forms.MultipleChoiceField(
        label=_("The clock stands while"),
        required=False,
        choices=[("pending", _("we wait for the customer")), ("hold", _("the ticket is on hold"))],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For resolution only: the clock of a response never stands."),
    )

    steps = StepsField(
        label=_("Steps"),
        required=False,
        help_text=_(
            "At how much of the promise somebody is told. 100 percent is the breach; beyond it, 200 is as late as the "
            "promise was long. An empty row is no step; without an assignee, the queue is told."
        ),
    )

    class Meta:
        model = Target
        fields = ["metric", "source", "tier", "channel", "priority", "calendar", "pause_on", "steps"]
        help_texts = {
            "metric": _(
                "First response: to the first message. Next response: to a later one. Resolution: until solved."
            ),
            "tier": _("Only for a tier's row."),
            "channel": _("Only for a channel's row: how the message that starts the timer came in."),
            "calendar": _("When time counts."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.seconds:
            self.initial["hours"], rest = divmod(self.instance.seconds, 3600)
            self.initial["minutes"] = rest // 60
        else:
            self.initial["steps"] = self.initial.get("steps") or STEPS

    def clean(self) -> dict[str, Any]:
        """Add hours and minutes up. Raises ValidationError for nothing, or more than the calendar has."""
        found: dict[str, Any] = super().clean() or {}
        hours, minutes, calendar = found.get("hours"), found.get("minutes"), found.get("calendar")
        if hours is None or minutes is None:
            return found
        kept = self.instance.seconds % 60 if self.instance.seconds and "minutes" not in self.changed_data else 0
        seconds = hours * 3600 + minutes * 60 + kept
        if seconds < 60:
            raise ValidationError({"minutes": _("Promise at least a minute.")})
        if calendar and calendar.current:
            try:
                clock.add(calendar.current.hours, timezone.now(), seconds)
            except clock.NeverOpen as error:
                raise ValidationError(
                    {"hours": _("This calendar does not have that many open hours within twelve years.")}
                ) from error
        self.instance.seconds = seconds
        return found

    def sentence(self) -> str:
        """Return the promise as a sentence, as far as it was typed; nothing while something is missing."""
        target, calendar = self.instance, None
        if self.is_bound:
            self.errors  # noqa: B018 (asking validates, which fills the row)
            calendar = self.cleaned_data.get("calendar")
            wanted = {"metric", "source", "tier", "channel", "hours", "minutes", "calendar"}
            if wanted & self.errors.keys() or None in (calendar, target.seconds):
                return ""
        elif target.pk:
            calendar = target.calendar
        return sentence(target, calendar.name) if calendar else ""
