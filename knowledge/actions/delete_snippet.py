"""Giving up a text that no article holds any more."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing
from knowledge.errors import InvalidTransition
from knowledge.models import Snippet, SnippetUse


def delete_snippet(snippet: Snippet, *, by: Actor) -> None:
    """Delete a snippet. Raises NotAllowed, InvalidTransition while an article holds it."""
    with transaction.atomic():
        changing.require_publisher(by)
        if SnippetUse.objects.filter(snippet=snippet).exists():
            raise InvalidTransition(_("Articles hold this text. Take it out of them first."))
        snippet.delete()
