"""Forms with which an administrator says when the desk is open and what it promises."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sla import clock
from sla.models import Calendar, Target, validate_content

HOURS_EXAMPLE = '{"zone": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:00"]]}, "exceptions": {"2026-12-25": []}}'


class CalendarForm(forms.ModelForm):  # type: ignore[type-arg]
    """A calendar with the hours in force; other hours become a new version when it is saved."""

    content = forms.JSONField(
        label=_("Hours"),
        validators=[validate_content],
        initial={"zone": "UTC", "weekly": {}, "exceptions": {}},
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        help_text=_(
            "A time zone, the week from mon to sun, and dates that differ: an empty list is a holiday. An end may be "
            "24:00; a weekly interval that ends before it starts goes on past midnight. Example: %(example)s. "
            "Timers that run already move to the new hours when you save."
        )
        % {"example": HOURS_EXAMPLE},
    )

    class Meta:
        model = Calendar
        fields = ["name", "key", "content"]
        help_texts = {
            "name": _("As people call it: Berlin office."),
            "key": _("A short name for programs; it stays when the name changes."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.current is not None:
            self.initial["content"] = self.instance.current.content


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
