"""Forms with which an administrator says when the desk is open."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.dates import WEEKDAYS as WEEKDAY_NAMES
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sla import national_holidays
from sla.calendars import WEEKDAYS, CalendarError, parse
from sla.calendars import Calendar as Hours
from sla.found_dates import MOST_DATES, MOST_NAME, clean_name
from sla.holiday_file import MOST_BYTES
from sla.models import Calendar
from sla.outlook import Outlook, outlook
from sla.typed_hours import ALL_DAY, MOST_CHARACTERS, intervals_of, text_of, words_of, zone_named
from sla.version_words import changes

# Dates of the last days stay in the form: somewhere it is still yesterday.
KEPT_IN_FORM = timedelta(days=2)
YEARS_AHEAD = 20
EMPTY_ROWS = 3


def first_day() -> date:
    """Return the first date that the form shows; what lies before it is past, and stays as it was."""
    return (timezone.now() - KEPT_IN_FORM).astimezone(UTC).date()


class HoursField(forms.CharField):
    """Hours of a day as a person types them; its value is a list of intervals."""

    def __init__(self, *, may_cross_midnight: bool = True, **options: Any) -> None:
        self.may_cross_midnight = may_cross_midnight
        super().__init__(required=False, max_length=MOST_CHARACTERS, **options)
        self.widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        """Return the intervals. Raises ValidationError with the way out."""
        return intervals_of(super().clean(value) or "", may_cross_midnight=self.may_cross_midnight)


class DateForm(forms.Form):
    """A date that differs from its weekday; a row without a date is no row."""

    day = forms.DateField(
        label=gettext_lazy("Date"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    hours = HoursField(label=gettext_lazy("Hours"), may_cross_midnight=False)
    note = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=MOST_NAME)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["hours"].widget.attrs["placeholder"] = _("closed")
        for field in self.fields.values():  # the head of the table names them for the eye
            field.widget.attrs["aria-label"] = field.label

    def clean_day(self) -> date | None:
        """Return the date. Raises ValidationError for one that is past or far away."""
        day: date | None = self.cleaned_data["day"]
        if day and day < first_day():
            raise ValidationError(_("This date is past. Write one from today on, or empty the row."))
        if day and day.year > timezone.now().year + YEARS_AHEAD:
            raise ValidationError(_("Write a date within the next %(count)s years.") % {"count": YEARS_AHEAD})
        return day

    def clean_note(self) -> str:
        """Return the name as one line."""
        return clean_name(self.cleaned_data["note"])

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError for hours or a name that belong to no date."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("day") is None and "day" not in self.errors and (found.get("hours") or found.get("note")):
            self.add_error("day", _("Write the date, or empty the row."))
        return found


class _DateRows(forms.BaseFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        """Say at the later row that a date has one already."""
        seen: set[date] = set()
        for form in self.kept:
            day = form.cleaned_data.get("day")
            if day in seen:
                form.add_error("day", _("There is a row for this date already. Put both hours into one."))
            elif day:
                seen.add(day)

    @property
    def kept(self) -> list[Any]:
        """Return the rows that are not marked for removal and hold something."""
        gone = self.deleted_forms if self.can_delete else []
        return [form for form in self.forms if form not in gone and form.is_bound and hasattr(form, "cleaned_data")]

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name the box that removes a row."""
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")
        form.fields["DELETE"].widget.attrs["aria-label"] = _("Remove")


DateRows = forms.formset_factory(
    DateForm,
    formset=_DateRows,
    extra=EMPTY_ROWS,
    can_delete=True,
    max_num=MOST_DATES + 20,
    absolute_max=MOST_DATES + 20,
)


class CalendarForm(forms.ModelForm):  # type: ignore[type-arg]
    """A calendar with the hours in force; other hours become a new version when it is saved.

    After `is_valid()`, `content` is what `set_hours` takes and `names` what its dates are called.
    """

    zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=64,
        widget=forms.TextInput({"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("All hours are in this zone. Type a city to find it: Berlin, New York."),
        error_messages={"required": gettext_lazy("Write the zone of the hours, such as Europe/Berlin.")},
    )
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Calendar
        fields = ["name", "key"]
        help_texts = {
            "name": gettext_lazy("As people call it: Berlin office."),
            "key": gettext_lazy(
                "A short name for programs; empty: made from the name. It stays when the name changes."
            ),
        }

    def __init__(self, data: Any = None, **options: Any) -> None:
        instance = options.get("instance")
        self.before = instance.current if instance is not None else None
        content = self.before.content if self.before else {"zone": timezone.get_current_timezone_name(), "weekly": {}}
        names = self.before.names if self.before else {}
        initial = {
            "zone": content["zone"],
            "seen_version": self.before.pk if self.before else None,
            **{day: text_of(content["weekly"].get(day, [])) for day in WEEKDAYS},
        }
        exceptions = sorted((content.get("exceptions") or {}).items())
        rows = [
            {"day": date.fromisoformat(day), "hours": text_of(hours), "note": names.get(day, "")}
            for day, hours in exceptions
            if date.fromisoformat(day) >= first_day()
        ]
        self.past = {day: hours for day, hours in exceptions if date.fromisoformat(day) < first_day()}
        self.past_names = {day: names[day] for day in self.past if day in names}
        super().__init__(data, initial={**initial, **(options.pop("initial", None) or {})}, **options)
        self.fields["key"].required = False
        for index, day in enumerate(WEEKDAYS):
            self.fields[day] = HoursField(label=WEEKDAY_NAMES[index])
            self.fields[day].widget.attrs["placeholder"] = _("closed")
        # What was sent stands for itself: a row that happens to equal what is saved would else count as empty.
        self.dates: Any = DateRows(data, prefix="dates", initial=rows if data is None else None)
        self.content: dict[str, Any] = {}
        self.names: dict[str, str] = {}

    @property
    def week(self) -> list[Any]:
        """Return the fields of the weekdays."""
        return [self[day] for day in WEEKDAYS]

    @property
    def past_dates(self) -> list[tuple[date, str, str]]:
        """Return the dates gone by: date, hours in words, name; the latest first."""
        return _rows(dict(reversed(self.past.items())), self.past_names)

    @property
    def coming_dates(self) -> list[tuple[date, str, str]]:
        """Return the dates to come as they are saved, for those who only read."""
        days = (self.before.content.get("exceptions") or {}) if self.before else {}
        coming = {day: hours for day, hours in sorted(days.items()) if day not in self.past}
        return _rows(coming, self.before.names if self.before else {})

    def clean_zone(self) -> str:
        """Return the IANA name of what was typed. Raises ValidationError with names that come near."""
        return zone_named(self.cleaned_data["zone"])

    def clean(self) -> dict[str, Any]:
        """Put the hours together. Raises ValidationError where somebody else changed them meanwhile."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("name") and not found.get("key") and "key" not in self.errors:
            found["key"] = slugify(found["name"])[:50] or "calendar"
        weekly = {day: found[day] for day in WEEKDAYS if found.get(day)}
        exceptions, names = dict(self.past), dict(self.past_names)
        if self.dates.is_valid():
            for row in self.dates.kept:
                if day := row.cleaned_data.get("day"):
                    exceptions[day.isoformat()] = row.cleaned_data["hours"]
                    names[day.isoformat()] = row.cleaned_data["note"]
        else:
            self.add_error(None, _("One of the dates needs another look."))
        if not weekly and not any(day in self.errors for day in WEEKDAYS):
            self.add_error("mon", _("Give at least one weekday hours, or press “Around the clock”."))
        if len(exceptions) - len(self.past) > MOST_DATES:
            self.add_error(None, _("A calendar holds %(count)s dates to come. Remove some.") % {"count": MOST_DATES})
        self.content = {"zone": found.get("zone", ""), "weekly": weekly, "exceptions": dict(sorted(exceptions.items()))}
        self.names = {day: name for day, name in sorted(names.items()) if name and day in exceptions}
        self._see_others(found)
        return found

    def _see_others(self, found: Mapping[str, Any]) -> None:
        """Refuse once, with what they wrote, where another person saved other hours since the form was opened."""
        seen = found.get("seen_version")
        if self.before is None or not self.is_bound or seen in (None, self.before.pk):
            return
        old = self.before.calendar.versions.filter(pk=seen).first()
        differs = changes(old.content, self.before.content, old.names, self.before.names) if old else []
        data: Any = self.data
        self.data = data = data.copy()
        data["seen_version"] = str(self.before.pk)
        self.add_error(
            None,
            _(
                "Somebody changed these hours while you wrote: %(changes)s. What you typed is kept; save again to "
                "replace theirs."
            )
            % {"changes": "; ".join(differs) or _("see below")},
        )

    # --- What the page shows beside it ------------------------------------------------------------------

    def hours(self) -> Hours | None:
        """Return the hours as far as they can be read, or None where there are none."""
        content, _names = self._readable()
        try:
            return parse(content)
        except CalendarError:
            return None

    def outlook(self, at: datetime) -> Outlook | None:
        """Return what the typed hours come to, with whatever cannot be read left out."""
        hours = self.hours()
        if hours is None:
            return None
        content, names = self._readable()
        words = {
            day: words_of(content["weekly"][day], str(WEEKDAYS_ABBR[(index + 1) % 7]))
            for index, day in enumerate(WEEKDAYS)
            if content["weekly"].get(day)
        }
        return outlook(hours, at, names, words)

    def _readable(self) -> tuple[dict[str, Any], dict[str, str]]:
        if self.is_bound:
            self.full_clean() if not hasattr(self, "cleaned_data") else None
            return self.content, self.names
        weekly = {}
        for day in WEEKDAYS:
            weekly[day] = intervals_of(str(self.get_initial_for_field(self.fields[day], day) or ""))
        content = self.before.content if self.before else {}
        return (
            {"zone": self.get_initial_for_field(self.fields["zone"], "zone"), "weekly": weekly,
             "exceptions": content.get("exceptions") or {}},
            self.before.names if self.before else {},
        )  # fmt: skip

    def forget_errors(self) -> None:
        """Drop what `is_valid()` found: after a button that saves nothing, nobody is told what is missing yet."""
        self._errors = ErrorDict()
        for row in self.dates.forms:
            row._errors = ErrorDict()

    def unreadable(self) -> list[str]:
        """Return what the picture leaves out, each with its reason."""
        fields = ["zone", *WEEKDAYS]
        found = [f"{self[name].label}: {error}" for name in fields for error in self.errors.get(name, [])]
        bad = sum(1 for row in self.dates.forms if row.is_bound and row.errors)
        if bad:
            found.append(ngettext("%(count)s date", "%(count)s dates", bad) % {"count": bad})
        return found


def _rows(days: Mapping[str, Any], names: Mapping[str, str]) -> list[tuple[date, str, str]]:
    return [(date.fromisoformat(day), words_of(hours), names.get(day, "")) for day, hours in days.items()]


def typed(data: Any, press: str) -> Any:
    """Return what was typed after a button of the form that saves nothing: more rows, or hours around the clock."""
    changed = data.copy()
    if press == "_rows":
        try:
            rows = int(data.get("dates-TOTAL_FORMS", "0"))
        except ValueError:
            rows = 0
        changed["dates-TOTAL_FORMS"] = str(max(0, min(rows, MOST_DATES)) + EMPTY_ROWS)
    elif press == "_always":
        changed.update({day: text_of(ALL_DAY) for day in WEEKDAYS})
        for day in WEEKDAYS:
            changed.setlist(day, [text_of(ALL_DAY)])
    return changed


# --- Dates from elsewhere --------------------------------------------------------------------------------


class FileForm(forms.Form):
    """An iCalendar file, chosen or pasted."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("An iCalendar file (.ics) of at most 1 MB."),
        widget=forms.ClearableFileInput({"accept": ".ics,text/calendar"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or its text"),
        required=False,
        max_length=MOST_BYTES,
        strip=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "placeholder": "BEGIN:VCALENDAR"}),
    )
    years = forms.IntegerField(
        label=gettext_lazy("Years"),
        min_value=1,
        max_value=10,
        initial=5,
        help_text=gettext_lazy("From today on; events that repeat are taken so far ahead."),
    )

    def clean(self) -> dict[str, Any]:
        """Raise ValidationError without anything to read, or for a file that is too large."""
        found: dict[str, Any] = super().clean() or {}
        file = found.get("file")
        refused = getattr(file, "refused", None)
        if refused is not None:
            self.add_error("file", str(refused))
        elif file and file.size > MOST_BYTES:
            self.add_error("file", _("The file is larger than 1 MB. Export only the holidays, or fewer years."))
        elif not file and not found.get("text", "").strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste its text below."))
        return found

    def content(self) -> bytes:
        """Return the bytes to read."""
        file = self.cleaned_data.get("file")
        return bytes(file.read()) if file else self.cleaned_data["text"].encode()


class NationalForm(forms.Form):
    """Which national holidays to look at."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    part = forms.ChoiceField(label=gettext_lazy("Part of the country"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language of the names"), required=False)
    first = forms.IntegerField(label=gettext_lazy("First year"))
    years = forms.IntegerField(label=gettext_lazy("Number of years"), min_value=1, max_value=10)

    def __init__(self, data: Any = None, *, year: int, **options: Any) -> None:
        super().__init__(data, **options)
        names = national_holidays.country_names()
        self.fields["country"].choices = [("", _("Choose a country")), *names.items()]  # type: ignore[attr-defined]
        self.fields["first"].widget.attrs.update({"min": year, "max": year + YEARS_AHEAD})
        self.year = year
        code = (data or self.initial).get("country", "")
        self.chosen = national_holidays.country(code) if code in names else None
        parts = self.chosen.parts if self.chosen else []
        languages = self.chosen.languages if self.chosen else []
        self.fields["part"].choices = [("", _("The whole country")), *parts]  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", _("The country's own")), *languages]  # type: ignore[attr-defined]

    def clean_first(self) -> int:
        """Return the first year. Raises ValidationError for one that is past or far away."""
        first: int = self.cleaned_data["first"]
        if not self.year <= first <= self.year + YEARS_AHEAD:
            raise ValidationError(
                _("Write a year from %(first)s to %(last)s.") % {"first": self.year, "last": self.year + YEARS_AHEAD}
            )
        return first

    @property
    def last_known(self) -> str:
        """Return the end of the years asked for, as a date."""
        return date_format(date(self.span()[-1], 12, 31), "SHORT_DATE_FORMAT")

    def span(self) -> range:
        """Return the years asked for that are known."""
        assert self.chosen
        first, years = self.cleaned_data["first"], self.cleaned_data["years"]
        return range(first, min(first + years, self.chosen.last_year + 1))
