"""Markdown as it will look, before it is sent."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import throttle
from accounts.actors import ActorKind, actor_of
from content.markdown import LONGEST_SOURCE, render

# A person who types asks a few times a minute; each answer costs us work.
PREVIEWS, PREVIEW_SECONDS = 60, 300


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Return the posted `text` as sanitised HTML; 413 when too long, 429 for a stranger who asks too often."""
    text = request.POST.get("text", "").replace("\x00", "")
    if len(text) > LONGEST_SOURCE:
        return HttpResponse(_("This is too long."), status=413)
    if actor_of(request).kind == ActorKind.ANONYMOUS:
        throttle.hit("preview", throttle.address_key(request), limit=PREVIEWS, seconds=PREVIEW_SECONDS)
    return HttpResponse(render(text).html or _("Nothing to show yet."))
