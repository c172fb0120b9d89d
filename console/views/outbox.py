"""The outbox: every mail about tickets, whether it arrived, and why not."""

import re
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.account_mail import goes_to_folder, recent_account_mail
from accounts.actors import actor_of
from console.permissions import visible_mails
from content.markdown import trusted
from content.sanitise import clean
from notifications.actions.resend import resend
from notifications.compose import PERSONAL_LINK
from notifications.models import OutgoingMail

PAGE = 50
# The page has a heading of its own, the same one.
LETTER = re.compile(r"<main>\s*(?:<h1>.*?</h1>)?(.*)</main>", re.DOTALL)


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Show the newest mails first, filtered by state, ticket and address."""
    _require(request, "notifications.view_outgoingmail")
    mails = visible_mails(actor_of(request))
    state, to = request.GET.get("state", ""), request.GET.get("to", "").strip().lower()[:254]
    ticket = request.GET.get("ticket", "").strip().lstrip("#")[:19]
    if state in OutgoingMail.State.values:
        mails = mails.filter(state=state)
    if ticket:
        mails = mails.filter(ticket_number=int(ticket)) if ticket.isdecimal() else mails.none()
    if to:
        mails = mails.filter(to=to) if "@" in to else mails.filter(to__startswith=to)
    rows, newer, older = page_of(mails, request.GET)
    return render(
        request,
        "console/outbox.html",
        {
            **admin.site.each_context(request),
            "title": _("Outbox"),
            "mails": rows,
            "states": OutgoingMail.State.choices,
            "state": state,
            "ticket": ticket,
            "to": to,
            "is_filtered": bool(state or ticket or to),
            "newer_url": newer,
            "older_url": older,
            "has_account_mail": goes_to_folder() and request.user.has_perm("accounts.change_user"),
        },
    )


@require_safe
def outgoing_mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Show one mail as it was written; what opens a ticket as its reader is not in it."""
    _require(request, "notifications.view_outgoingmail")
    mail = get_object_or_404(visible_mails(actor_of(request)).select_related("recipient"), pk=mail_id)
    found = LETTER.search(mail.html)
    hidden = _("(a link of their own)")
    return render(
        request,
        "console/outbox_mail.html",
        {
            **admin.site.each_context(request),
            "title": mail.subject,
            "mail": mail,
            "text": mail.text.replace(PERSONAL_LINK, hidden),
            "html": trusted(clean(found[1].replace(PERSONAL_LINK, "#"))) if found else "",
            "headers": sorted(mail.headers.items()),
            "may_resend": request.user.has_perm("notifications.resend_outgoingmail"),
        },
    )


@require_POST
def sending(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Send a mail again."""
    _require(request, "notifications.resend_outgoingmail")
    mail = get_object_or_404(visible_mails(actor_of(request)), pk=mail_id)
    if resend(mail):
        messages.success(request, _("The mail is on its way again."))
    else:
        messages.info(request, _("The mail is being sent at this moment."))
    return HttpResponseRedirect(reverse("console:outbox_mail", args=[mail.pk]))


@require_safe
def account_mail(request: HttpRequest) -> HttpResponse:
    """Show administrators the codes and links that a desk without a mail server writes to its mail folder."""
    _require(request, "accounts.change_user")
    if not goes_to_folder():
        raise Http404
    return render(
        request,
        "console/outbox_accounts.html",
        {
            **admin.site.each_context(request),
            "title": _("Mail about accounts"),
            "mails": recent_account_mail(),
        },
    )


def page_of(rows: Any, query: QueryDict) -> tuple[list[Any], str, str]:
    """Return a page of rows, newest id first, and the addresses of the pages beside it (or nothing)."""
    before, after = _number(query.get("before", "")), _number(query.get("after", ""))
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        has_newer, has_older = len(found) > PAGE, True
        found = found[:PAGE][::-1]
    else:
        found = list((rows.filter(pk__lt=before) if before is not None else rows).order_by("-pk")[: PAGE + 1])
        has_newer, has_older = before is not None, len(found) > PAGE
        found = found[:PAGE]
    if not found:
        return [], "", ""
    return (
        found,
        _address(query, after=found[0].pk) if has_newer else "",
        _address(query, before=found[-1].pk) if has_older else "",
    )


def _address(query: QueryDict, **place: int) -> str:
    kept = query.copy()
    for key in ("before", "after"):
        kept.pop(key, None)
    for key, value in place.items():
        kept[key] = str(value)
    return f"?{kept.urlencode()}"


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
