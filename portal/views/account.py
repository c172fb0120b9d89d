"""Account pages that join several apps: which mail one gets, one's organisation, one's data."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.erase_person import erase_person, refusal
from accounts.actions.remove_member import remove_member
from accounts.actions.set_role import set_role
from accounts.actions.set_sharing import set_sharing
from accounts.actors import actor_of
from accounts.errors import NotAllowed, Refused
from accounts.forms import OrganizationForm, RoleForm
from accounts.models import Channel, Membership, User
from accounts.permissions import can_manage_people, visible_memberships
from notifications.models import Preference
from portal.account_forms import EraseForm, MailForm
from portal.own_data import own_data
from support.promises import tier_promises


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest) -> HttpResponse:
    """Show and change which mail this person gets."""
    assert isinstance(request.user, User)
    # A form of boxes alone arrives empty when all are off, so its method says whether it was sent.
    sent = request.POST if request.method == "POST" else None
    form = MailForm(sent, instance=Preference.of(request.user), user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. Mail follows your choice from now on."))
        return redirect("account_pages:mail")
    return render(request, "account/mail.html", {"form": form, "page": "mail"})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organization(request: HttpRequest) -> HttpResponse:
    """Show the person's organisation: its tier and what that promises, colleagues, settings for its admins."""
    actor = actor_of(request)
    membership = actor.membership
    if membership is None:
        return render(request, "account/organization_none.html", {"page": "organization"})
    own = membership.organization
    can_manage = can_manage_people(actor, own)
    form = OrganizationForm(request.POST if request.method == "POST" else None, instance=own)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["shares_tickets"]
        own.refresh_from_db()
        try:
            set_sharing(own, wanted, by=actor)
        except NotAllowed as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("Saved. Members now see all tickets of the organisation.")
                if wanted
                else _("Saved. Members now see their own tickets only."),
            )
        return redirect("account_pages:organization")
    promises = tier_promises([own.tier], timezone.now()) if own.tier else []
    return render(
        request,
        "account/organization.html",
        {
            "page": "organization",
            "organization": own,
            "membership": membership,
            "members": visible_memberships(actor).select_related("user"),
            "roles": Membership.Role.choices,
            "can_manage": can_manage,
            "form": form,
            "promise": promises[0] if promises else None,
            "channels": [Channel(name).label for name in own.tier.channels] if own.tier else [],
        },
    )


@login_required
@require_POST
def member_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a colleague another role."""
    actor = actor_of(request)
    membership = get_object_or_404(visible_memberships(actor).select_related("organization", "user"), pk=pk)
    if not can_manage_people(actor, membership.organization):
        raise Http404
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such role."))
        return redirect("account_pages:organization")
    return answer(
        request,
        lambda: set_role(membership, form.cleaned_data["role"], by=actor),
        _("Saved. %(name)s has another role now.") % {"name": membership.user},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take a colleague out of the organisation."""
    actor = actor_of(request)
    membership = get_object_or_404(visible_memberships(actor).select_related("organization", "user"), pk=pk)
    if not can_manage_people(actor, membership.organization):
        raise Http404
    if request.method != "POST":
        return render(request, "account/member_leave.html", {"member": membership, "page": "organization"})
    return answer(
        request,
        lambda: remove_member(membership, by=actor),
        _("%(name)s is no longer a member.") % {"name": membership.user},
    )


def answer(request: HttpRequest, act: Callable[[], object], done: str) -> HttpResponse:
    """Do the act, say how it went, go back to the organisation."""
    try:
        act()
    except (NotAllowed, Refused) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("account_pages:organization")


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Offer all that is kept about this person, and the way out."""
    assert isinstance(request.user, User)
    return render(request, "account/data.html", {"page": "data", "refusal": refusal(request.user), "form": EraseForm()})


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Return the person's own profile, tickets and messages as a JSON file."""
    assert isinstance(request.user, User)
    response = JsonResponse(own_data(request.user), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="tierdesk-my-data.json"'
    return response


@login_required
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Close the account for good; whoever asks confirms it by typing their address."""
    assert isinstance(request.user, User)
    user = request.user
    form = EraseForm(request.POST, email=user.email)
    if not form.is_valid():
        page = {"page": "data", "refusal": refusal(user), "form": form}
        return render(request, "account/data.html", page, status=400)
    try:
        erase_person(user)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("account_pages:data")
    logout(request)
    messages.success(request, _("Your account is closed, and your name and address are gone from it."))
    return redirect("portal:home")
