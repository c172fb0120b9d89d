"""Where customers arrive."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import ActorKind, actor_of
from accounts.models import Channel
from support.customer_list import open_lines
from support.models import Priority
from support.permissions import can_file
from support.promises import offer, tier_of, tier_promises
from support.queries import tiers_in_order

SHOWN = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the doors that exist, the reader's open tickets with their promises, and what each plan promises."""
    actor = actor_of(request)
    now = timezone.now()
    is_known = actor.kind != ActorKind.ANONYMOUS
    lines = open_lines(actor, limit=SHOWN + 1, now=now) if is_known else []
    person = actor if actor.kind == ActorKind.PERSON else actor.anonymous()
    context = {
        "is_known": is_known,
        "person": actor.user,
        "lines": lines[:SHOWN],
        "has_more": len(lines) > SHOWN,
        "tier": tier_of(person),
        "offer": offer(person, Priority.NORMAL, now),
        "can_file": can_file(person, Channel.WEB),
        "tier_promises": [] if tier_of(person) else tier_promises(tiers_in_order(), now),
    }
    return render(request, "portal/home.html", context)
