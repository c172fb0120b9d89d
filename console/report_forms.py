"""What somebody wants to know: which days and promises of a report, which ticket to simulate, which policy to try."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import zone_choices
from accounts.models import Channel, Tier
from sla.calendars import Calendar as Hours
from sla.calendars import CalendarError, zone_of
from sla.clock import NeverOpen, add, local_to_instant
from sla.models import Calendar, Metric, Target, Timer
from sla.periods import LONGEST, Period, quarter_of
from support.models import Priority, Queue

DAYS = {"7d": 7, "30d": 30, "90d": 90}
PERIODS = [
    ("7d", gettext_lazy("last 7 days")),
    ("30d", gettext_lazy("last 30 days")),
    ("90d", gettext_lazy("last 90 days")),
    ("quarter", gettext_lazy("this quarter")),
    ("last-quarter", gettext_lazy("last quarter")),
    ("dates", gettext_lazy("from … to …")),
]
NONE = "none"


class ReportForm(forms.Form):
    """The filter above a report. What is left out has the value with which the page opens."""

    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS, required=False)
    first = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    metric = forms.ChoiceField(label=gettext_lazy("Promise"), choices=Metric.choices, required=False)
    tier = forms.ChoiceField(label=gettext_lazy("Tier"), required=False)
    queue = forms.ChoiceField(label=gettext_lazy("Queue"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), required=False)

    OPENS_WITH = {"period": "30d", "metric": Metric.FIRST_RESPONSE.value}

    def __init__(self, query: QueryDict, *, tiers: list[Tier], queues: list[Queue]) -> None:
        given = {name: query.get(name, "").replace("\x00", "").strip() for name in self.base_fields}
        if (given["first"] or given["last"]) and not given["period"]:
            given["period"] = "dates"
        super().__init__({name: value or self.OPENS_WITH.get(name, "") for name, value in given.items()})
        every = ("", _("all"))
        self.tiers, self.queues = tiers, queues
        self._choices("tier", [every, *((tier.key, tier.name) for tier in tiers), (NONE, _("without a tier"))])
        self._choices("queue", [every, *((queue.slug, queue.name) for queue in queues)])
        self._choices("channel", [every, *Channel.choices])
        self._choices("priority", [every, *((str(value), label) for value, label in Priority.choices)])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find the days. Raises ValidationError for dates that make no period."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("period") == "dates" and not {"first", "last"} & set(self.errors):
            first, last = found.get("first"), found.get("last")
            if first is None or last is None:
                missing = "first" if first is None else "last"
                raise ValidationError({missing: _("Give both days, or choose another period.")})
            if last < first:
                raise ValidationError({"last": _("The last day is before the first one.")})
            if last - first > LONGEST:
                raise ValidationError({"last": _("Choose two years at most.")})
            if not 1970 <= first.year <= last.year < 9999:
                raise ValidationError({"first": _("Choose days after 1970.")})
        return found

    def days(self, today: date | None = None) -> Period:
        """Return the days that were chosen, in the reader's zone; `today` is theirs."""
        today, chosen = today or timezone.localdate(), self.cleaned_data["period"]
        if chosen == "dates":
            first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        elif chosen == "quarter":
            first, last = quarter_of(today)[0], today
        elif chosen == "last-quarter":
            first, last = quarter_of(quarter_of(today)[0] - timedelta(days=1))
        else:
            first, last = today - timedelta(days=DAYS[chosen] - 1), today
        return Period(first, last, timezone.get_current_timezone_name())

    def narrow(self, timers: QuerySet[Timer]) -> QuerySet[Timer]:
        """Return those of the timers that were asked for, of every metric."""
        found = self.cleaned_data
        if found["tier"]:
            tier = next((tier.pk for tier in self.tiers if tier.key == found["tier"]), None)
            timers = timers.filter(tier=tier)
        if found["queue"]:
            timers = timers.filter(ticket__queue__slug=found["queue"])
        if found["channel"]:
            timers = timers.filter(channel=found["channel"])
        if found["priority"]:
            timers = timers.filter(priority=int(found["priority"]))
        return timers

    @property
    def metric_value(self) -> str:
        """Return the metric whose weeks, tiers and agents are shown."""
        return str(self.cleaned_data["metric"])

    def address(self, **others: str) -> str:
        """Return the filter as GET parameters, with others beside or instead."""
        kept = {name: str(self.data[name]) for name in self.fields if self.data.get(name)}
        if kept.get("period") != "dates":
            kept.pop("first", None)
            kept.pop("last", None)
        return urlencode({**kept, **others})


class TypedDateTime(forms.DateTimeField):
    """A local time as it was typed, in no zone yet."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the time without a zone. Raises ValidationError."""
        with timezone.override("UTC"):  # in which every time exists, once
            found = super().to_python(value)
        return found.replace(tzinfo=None) if found else None


class SimulatorForm(forms.Form):
    """A ticket that might arrive: of whom, how, how urgent, when by which clock."""

    tier = forms.ModelChoiceField(
        label=gettext_lazy("Tier"),
        queryset=Tier.objects.none(),
        required=False,
        to_field_name="key",
        empty_label=gettext_lazy("without a tier"),
    )
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=Channel.choices)
    priority = forms.TypedChoiceField(label=gettext_lazy("Priority"), choices=Priority.choices, coerce=int)
    arrival = TypedDateTime(
        label=gettext_lazy("Arrives"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        help_text=gettext_lazy("By the clock of the place beside it."),
    )
    zone = forms.ChoiceField(label=gettext_lazy("Clock of"), choices=zone_choices)

    def __init__(self, query: QueryDict) -> None:
        here = timezone.get_current_timezone_name()
        opens_with = {
            "tier": "",
            "channel": Channel.EMAIL.value,
            "priority": str(Priority.NORMAL.value),
            "arrival": timezone.localtime().strftime("%Y-%m-%dT%H:%M:00"),
            "zone": here,
        }
        given = {name: query.get(name, "").replace("\x00", "").strip() for name in opens_with if name in query}
        super().__init__(opens_with | given)
        self.fields["tier"].queryset = Tier.objects.all()  # type: ignore[attr-defined]

    def clean_zone(self) -> str:
        """Return the zone. Raises ValidationError for one that the arithmetic does not know."""
        try:
            return zone_of(self.cleaned_data["zone"]).key
        except CalendarError as error:
            raise ValidationError(_("This is not the name of a time zone.")) from error

    def instant(self) -> datetime:
        """Return when the ticket arrives, UTC, by the rule of sla.md, section 1, for local times that are typed."""
        return local_to_instant(self.cleaned_data["zone"], self.cleaned_data["arrival"])

    def clean_arrival(self) -> datetime:
        """Return the time as typed. Raises ValidationError where no clock goes."""
        typed: datetime = self.cleaned_data["arrival"]
        if not 1970 <= typed.year <= 2200:
            raise ValidationError(_("Choose a year between 1970 and 2200."))
        return typed


class DryRunForm(forms.Form):
    """The response rows of the policy with other lengths and calendars, which nobody saves."""

    def __init__(self, data: QueryDict | None, *, targets: list[Target], calendars: list[Calendar]) -> None:
        super().__init__(data)
        self.targets, self.calendars = targets, {calendar.pk: calendar for calendar in calendars}
        choices = [(str(calendar.pk), calendar.name) for calendar in calendars]
        for target in targets:
            hours, rest = divmod(target.seconds, 3600)
            name = target.described
            self.fields[f"hours_{target.pk}"] = forms.IntegerField(
                min_value=0, max_value=100_000, initial=hours, widget=_small(_("Hours: %(row)s") % {"row": name})
            )
            self.fields[f"minutes_{target.pk}"] = forms.IntegerField(
                min_value=0, max_value=59, initial=rest // 60, widget=_small(_("Minutes: %(row)s") % {"row": name})
            )
            self.fields[f"calendar_{target.pk}"] = forms.ChoiceField(
                choices=choices,
                initial=str(target.calendar_id),
                widget=forms.Select(attrs={"class": "input", "aria-label": _("Calendar: %(row)s") % {"row": name}}),
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return each row of the policy with its fields, and whether it was changed."""
        return [
            {
                "target": target,
                "fields": [self[f"{part}_{target.pk}"] for part in ("hours", "minutes", "calendar")],
                "is_changed": self.is_bound
                and any(f"{part}_{target.pk}" in self.changed_data for part in ("hours", "minutes", "calendar")),
            }
            for target in self.targets
        ]

    def clean(self) -> dict[str, Any]:
        """Find lengths and hours. Raises ValidationError for nothing, or more than the calendar has."""
        found: dict[str, Any] = super().clean() or {}
        for target in self.targets:
            parts = [f"{part}_{target.pk}" for part in ("hours", "minutes", "calendar")]
            if any(found.get(part) is None for part in parts):
                continue
            seconds, calendar = self._seconds(target, found), self.calendars[int(found[parts[2]])]
            if seconds < 60:
                self.add_error(parts[0], _("Promise at least a minute."))
            elif calendar.current is None:
                self.add_error(parts[2], _("This calendar has no hours yet."))
            else:
                try:
                    add(calendar.current.hours, timezone.now(), seconds)
                except NeverOpen:
                    self.add_error(parts[0], _("This calendar does not have that many open hours within twelve years."))
        return found

    def _seconds(self, target: Target, found: dict[str, Any]) -> int:
        typed: int = found[f"hours_{target.pk}"] * 3600 + found[f"minutes_{target.pk}"] * 60
        return typed + target.seconds % 60 if typed == target.seconds - target.seconds % 60 else typed

    def edits(self) -> dict[int, tuple[int, Hours]]:
        """Return seconds and hours by row, of a valid form."""
        found, edits = self.cleaned_data, {}
        for target in self.targets:
            current = self.calendars[int(found[f"calendar_{target.pk}"])].current
            assert current is not None
            edits[target.pk] = (self._seconds(target, found), current.hours)
        return edits


def _small(label: str) -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "input", "aria-label": label})
