"""The console's pages of calendars: the editor with its picture, and dates from files and national holidays."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from sla import national_holidays
from sla.actions.close_dates import National, close_dates
from sla.actions.set_hours import set_hours
from sla.applying import FollowHours
from sla.calendar_forms import CalendarForm, FileForm, NationalForm, typed
from sla.found_dates import MOST_FOUND, FoundDate, beside, chosen
from sla.holiday_file import FileDates, FileError, dates_in
from sla.models import Calendar
from sla.outlook import outlook, state_words
from sla.queries import REMINDED
from sla.typed_hours import zone_names
from sla.version_words import changes

# Buttons of the form that save nothing: more rows, hours around the clock, a look at what was typed.
PRESSES = ("_rows", "_always", "_look")
VERSIONS_SHOWN = 20


@admin.register(Calendar)
class CalendarAdmin(FollowHours, admin.ModelAdmin):  # type: ignore[type-arg]
    """When the desk is open; saving other hours makes a new version."""

    form = CalendarForm
    list_display = ["name", "zone", "now", "holidays"]
    list_select_related = ["current"]
    search_fields = ["name"]

    @admin.display(description=gettext_lazy("time zone"))
    def zone(self, calendar: Calendar) -> str:
        """Return the zone of the hours in force."""
        return calendar.current.hours.zone if calendar.current else "–"

    @admin.display(description=gettext_lazy("now"))
    def now(self, calendar: Calendar) -> str:
        """Return whether the desk is open, and until or from when, in the reader's zone."""
        return state_words(calendar.current.hours, timezone.now()) if calendar.current else "–"

    @admin.display(description=gettext_lazy("national holidays"))
    def holidays(self, calendar: Calendar) -> str:
        """Return until when they are known, and what to do when that is soon."""
        return holidays_words(calendar) or "–"

    def get_urls(self) -> list[URLPattern]:
        """Return Django's addresses, with ours before them."""
        view = self.admin_site.admin_view
        return [
            path("preview/", view(require_POST(self.preview)), name="sla_calendar_preview"),
            path("<path:object_id>/file/", view(self.from_file), name="sla_calendar_file"),
            path("<path:object_id>/holidays/", view(self.from_country), name="sla_calendar_holidays"),
            *super().get_urls(),
        ]

    # --- The editor ---------------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the editor, or save what was typed: in words and with a picture, instead of Django's form."""
        calendar = self._calendar(request, object_id) if object_id else None
        if object_id and calendar is None:
            gone: HttpResponse = self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
            return gone
        may_write = self.has_change_permission(request, calendar) if calendar else self.has_add_permission(request)
        if not may_write and (request.method == "POST" or calendar is None):
            raise PermissionDenied
        if not may_write and not self.has_view_permission(request, calendar):
            raise PermissionDenied
        form = CalendarForm(instance=calendar)
        if request.method == "POST":
            press = next((name for name in PRESSES if name in request.POST), "")
            form = CalendarForm(typed(request.POST, press), instance=calendar)
            if form.is_valid() and not press:
                return self._save(request, form, calendar)
            if press in ("_rows", "_always"):
                form.forget_errors()
        return self._editor(request, form, calendar, may_write=may_write)

    def _calendar(self, request: HttpRequest, object_id: str) -> Calendar | None:
        found: Calendar | None = self.get_object(request, unquote(object_id))
        return found

    def _save(self, request: HttpRequest, form: CalendarForm, calendar: Calendar | None) -> HttpResponse:
        assert isinstance(request.user, User)
        with transaction.atomic():
            saved: Calendar = form.save()
            set_hours(saved, form.content, names=form.names, by=request.user)
            said = self.construct_change_message(request, form, [], add=calendar is None)  # type: ignore[arg-type]
            if calendar is None:
                self.log_addition(request, saved, said)
            else:
                self.log_change(request, saved, said)
        return self.response_add(request, saved) if calendar is None else self.response_change(request, saved)

    def _editor(
        self, request: HttpRequest, form: CalendarForm, calendar: Calendar | None, *, may_write: bool
    ) -> HttpResponse:
        at = timezone.now()
        if may_write:
            look, unreadable = form.outlook(at), form.unreadable() if form.is_bound else []
        else:
            current = calendar.current if calendar else None
            look, unreadable = outlook(current.hours, at, current.names) if current else None, []
        return TemplateResponse(
            request,
            "admin/sla/calendar/editor.html",
            {
                **self.admin_site.each_context(request),
                "title": calendar.name if calendar else _("New calendar"),
                "opts": self.opts,
                "calendar": calendar,
                "form": form,
                "may_write": may_write,
                "may_delete": calendar is not None and self.has_delete_permission(request, calendar),
                "is_popup": IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST,
                "look": look,
                "unreadable": unreadable,
                "zones": zone_names(),
                "holidays": holidays_words(calendar) if calendar else "",
                "versions": _versions(calendar) if calendar else [],
                "shown_versions": VERSIONS_SHOWN,
            },
        )

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Show what the typed hours come to; nothing is saved."""
        if not self.has_add_permission(request) and not self.has_change_permission(request):
            raise PermissionDenied
        form = CalendarForm(request.POST)
        form.errors  # noqa: B018 (asking validates)
        return TemplateResponse(
            request,
            "admin/sla/calendar/_outlook.html",
            {"look": form.outlook(timezone.now()), "unreadable": form.unreadable()},
        )

    # --- Dates from elsewhere ------------------------------------------------------------------------------

    def _writable(self, request: HttpRequest, object_id: str) -> Calendar:
        """Return a calendar that this person may change. Raises Http404, PermissionDenied."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        calendar = self._calendar(request, object_id)
        if calendar is None or calendar.current is None:
            raise Http404
        return calendar

    def from_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Read an iCalendar file, list its whole days, and close the desk on those that are ticked."""
        calendar = self._writable(request, object_id)
        assert calendar.current is not None
        if request.method == "POST" and "_take" in request.POST:
            return self._take(request, calendar, None)
        form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
        found, dates = None, []
        if form.is_bound and form.is_valid():
            today = _today(calendar)
            last = today.replace(year=today.year + form.cleaned_data["years"], day=min(today.day, 28))
            try:
                found = dates_in(form.content(), today, last)
                dates = beside(found.days, calendar.current.content)
            except FileError as error:
                form.add_error("file" if form.cleaned_data.get("file") else "text", str(error))
        return self._found_page(request, "file", calendar, form, found, dates)

    def from_country(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """List the public holidays of a country or its part, and close the desk on those that are ticked."""
        calendar = self._writable(request, object_id)
        assert calendar.current is not None
        today = _today(calendar)
        first = max(today.year, calendar.next_holiday_year or 0)
        initial = {
            "country": calendar.holiday_country,
            "part": calendar.holiday_subdivision,
            "language": calendar.holiday_language,
            "first": first,
            "years": 3,
        }
        data = request.POST if request.method == "POST" else request.GET
        form = NationalForm(data if "country" in data else None, year=today.year, initial=initial)
        dates: list[FoundDate] = []
        if form.is_bound and form.is_valid() and form.chosen:
            asked = form.cleaned_data
            years = form.span()
            if request.method == "POST" and "_take" in request.POST and years:
                until = today.replace(year=years[-1], month=12, day=31)
                return self._take(
                    request, calendar, National(asked["country"], asked["part"], asked["language"], until)
                )
            days = national_holidays.public_holidays(asked["country"], asked["part"], years, asked["language"])
            dates = beside([each for each in days if each[0] >= today], calendar.current.content)
        return self._found_page(request, "holidays", calendar, form, None, dates)

    def _found_page(
        self,
        request: HttpRequest,
        page: str,
        calendar: Calendar,
        form: Any,
        found: FileDates | None,
        dates: list[FoundDate],
    ) -> HttpResponse:
        return TemplateResponse(
            request,
            f"admin/sla/calendar/{page}.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Dates from a file") if page == "file" else _("National holidays"),
                "opts": self.opts,
                "calendar": calendar,
                "form": form,
                "found": found,
                "dates": dates[:MOST_FOUND],
                "more_dates": max(0, len(dates) - MOST_FOUND),
                "new_dates": sum(each.is_taken for each in dates[:MOST_FOUND]),
                "is_asked": form.is_bound and form.is_valid(),
            },
        )

    def _take(self, request: HttpRequest, calendar: Calendar, national: National | None) -> HttpResponse:
        """Close the ticked dates in one new version, and go back to the editor."""
        assert isinstance(request.user, User)
        back = redirect(reverse("admin:sla_calendar_change", args=[calendar.pk]))
        try:
            days = chosen(request.POST.getlist("take")[:MOST_FOUND])
        except ValueError:
            messages.error(request, _("The list could not be read. Nothing was changed; look at it once more."))
            return redirect(request.path)
        if not days and national is None:
            messages.warning(request, _("No date was ticked; the hours are as they were."))
            return back
        try:
            close_dates(calendar, days, by=request.user, national=national)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect(request.get_full_path())
        said = ngettext("Closed on %(count)s more date.", "Closed on %(count)s more dates.", len(days)) % {
            "count": len(days)
        }
        self.log_change(request, calendar, said)
        messages.success(request, said)
        return back


def holidays_words(calendar: Calendar) -> str:
    """Return until when the national holidays of a calendar are known; nothing where it follows none."""
    until = calendar.holidays_until
    if until is None:
        return ""
    when = date_format(until, "SHORT_DATE_FORMAT")
    if until <= (timezone.now() + REMINDED).date():
        return _("known until %(date)s: add %(year)s") % {"date": when, "year": calendar.next_holiday_year}
    return _("known until %(date)s") % {"date": when}


def _today(calendar: Calendar) -> date:
    """Return the date that it is in the zone of the hours in force."""
    assert calendar.current is not None
    return timezone.localdate(timezone=ZoneInfo(calendar.current.hours.zone))


def _versions(calendar: Calendar) -> list[dict[str, Any]]:
    """Return the newest versions, each with what it changed in words."""
    found = list(calendar.versions.select_related("made_by").order_by("-valid_from", "-pk")[: VERSIONS_SHOWN + 1])
    before = [*found[1:], None]
    return [
        {
            "version": version,
            "is_current": version.pk == calendar.current_id,
            "changes": changes(
                old.content if old else None, version.content, old.names if old else None, version.names
            ),
        }
        for version, old in list(zip(found, before, strict=True))[:VERSIONS_SHOWN]
    ]
