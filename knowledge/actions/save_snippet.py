"""Writing a text that many articles hold."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from events.record import record
from knowledge import changing
from knowledge.errors import Invalid
from knowledge.event_names import SnippetEvent
from knowledge.models import Snippet

LONGEST_KEY = 100


def save_snippet(key: str, *, by: Actor, body: str, source: str = "", at: datetime | None = None) -> Snippet:
    """Make the snippet of this key, or change it; the articles that hold it are rendered again after the commit.

    Raises NotAllowed, Invalid.
    """
    with transaction.atomic():
        changing.require_publisher(by)
        instant = changing.now(at)
        try:
            validate_slug(key)
        except ValidationError:
            raise Invalid("key", _("A key holds letters, digits, hyphens and underscores only.")) from None
        if len(key) > LONGEST_KEY:
            raise Invalid("key", _("At most %(limit)s characters fit.") % {"limit": LONGEST_KEY})
        body = changing.body_of(body)
        if not body.strip():
            raise Invalid("body", _("Write a few words first."))
        snippet = Snippet.objects.select_for_update().filter(key=key).first()
        if snippet is not None and (snippet.body, snippet.source) == (body, source):
            return snippet
        is_new = snippet is None
        snippet = snippet or Snippet(key=key)
        snippet.body, snippet.source = body, source
        snippet.save()
        record(
            SnippetEvent.SAVED,
            subject_type="snippet",
            subject_id=snippet.pk,
            actor=by.user,
            actor_kind=by.kind,
            data={"key": key, "is_new": is_new},
            at=instant,
        )
    return snippet
