"""Pictures and files of articles, for whoever may read the article."""

import uuid

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.actors import actor_of
from content import serving
from knowledge.models import ArticleFile
from knowledge.permissions import visible_files

PLAYED = {"video/mp4", "video/webm", "audio/ogg", "audio/mpeg"}


@require_safe
def file(request: HttpRequest, key: uuid.UUID, name: str = "") -> HttpResponseBase:
    """Return a file's content, whole or the range asked for. Raises Http404 for hidden and missing alike."""
    found = visible_files(actor_of(request)).filter(pk=key).first()
    if found is None or found.state != ArticleFile.State.CLEAN:
        raise Http404
    return serving.stream(
        request,
        found.path,
        found.content_type,
        found.name,
        is_shown=found.is_image or found.content_type in PLAYED,
    )
