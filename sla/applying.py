"""Telling an administrator who edits the policy what becomes of promises that run already."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla import recalculating
from sla.models import Calendar, Target


class ApplyToRunning:
    """For the page of targets: running timers keep their promise unless the row is applied to them."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show how many running timers have to do with the row."""
        target = self.get_object(request, object_id) if may_apply(request) else None  # type: ignore[attr-defined]
        context = {**(extra_context or {}), **running_context(target)}
        response: HttpResponse = super().change_view(request, object_id, form_url, context)  # type: ignore[misc]
        return response

    def response_change(self, request: HttpRequest, obj: Target) -> HttpResponse:
        """Offer to apply what was saved."""
        self._offer(request, obj)
        response: HttpResponse = super().response_change(request, obj)  # type: ignore[misc]
        return response

    def response_add(self, request: HttpRequest, obj: Target, post_url_continue: str | None = None) -> HttpResponse:
        """Offer to apply a new row to the timers that it would start."""
        self._offer(request, obj)
        response: HttpResponse = super().response_add(request, obj, post_url_continue)  # type: ignore[misc]
        return response

    def delete_model(self, request: HttpRequest, obj: Target) -> None:
        """Delete the row, and offer its timers another one."""
        super().delete_model(request, obj)  # type: ignore[misc]
        offer_for_gone(request)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete the rows, and offer their timers others."""
        super().delete_queryset(request, queryset)  # type: ignore[misc]
        offer_for_gone(request)

    def _offer(self, request: HttpRequest, target: Target) -> None:
        if may_apply(request):
            following = recalculating.following(target)
            if following.is_useful:
                _say(request, words(following), reverse("console:target_application", args=[target.pk]))


class FollowHours:
    """For the page of calendars: running timers follow other hours by themselves."""

    def response_change(self, request: HttpRequest, obj: Calendar) -> HttpResponse:
        """Say that they do, and where to watch it."""
        job = recalculating.open_job_of(obj)
        if job is not None:
            _say(
                request,
                _("Running timers now move to the new hours."),
                reverse("console:recalculation", args=[job.pk]) if may_apply(request) else "",
                _("See how far it is"),
            )
        response: HttpResponse = super().response_change(request, obj)  # type: ignore[misc]
        return response


def may_apply(request: HttpRequest) -> bool:
    """Return whether the reader may let running timers follow an edit."""
    return bool(request.user.has_perm("sla.add_recalculation"))


def running_context(target: Target | None) -> dict[str, Any]:
    """Return what `admin/sla/target/_running.html` shows; nothing without a row."""
    if target is None:
        return {}
    following = recalculating.following(target)
    return {
        "running": words(following),
        "apply_url": reverse("console:target_application", args=[target.pk]) if following.is_useful else "",
    }


def words(following: recalculating.Following) -> str:
    """Return how many running timers have to do with a row, and that they keep their promise."""
    said = []
    if following.started:
        said.append(
            ngettext(
                "One running timer was promised under this row.",
                "%(count)s running timers were promised under this row.",
                following.started,
            )
            % {"count": following.started}
        )
    if following.others:
        said.append(
            ngettext(
                "One running timer of another row would have this one today.",
                "%(count)s running timers of other rows would have this one today.",
                following.others,
            )
            % {"count": following.others}
        )
    if not said:
        return _("No running timer was promised under this row.")
    if following.is_useful:
        said.append(_("They keep their promise."))
    return " ".join(said)


def offer_for_gone(request: HttpRequest) -> None:
    """Say how many running timers have lost their row, and where they may choose anew."""
    if not may_apply(request):
        return
    for metric, label, count in recalculating.without_row():
        said = ngettext(
            "%(metric)s: one running timer keeps the promise of a target that is gone.",
            "%(metric)s: %(count)s running timers keep the promise of a target that is gone.",
            count,
        )
        _say(
            request,
            said % {"metric": label, "count": count},
            reverse("console:gone_application", args=[metric]),
            _("Choose a target anew"),
        )


def _say(request: HttpRequest, text: str, url: str = "", link: str = "") -> None:
    if url:
        messages.info(request, format_html('{} <a href="{}">{}</a>', text, url, link or _("Apply to running timers")))
    else:
        messages.info(request, text)
