"""Marking what readers said as looked at."""

from datetime import datetime

from accounts.actors import Actor
from knowledge import changing
from knowledge.models import Feedback


def handle_feedback(feedback: Feedback, *, by: Actor, at: datetime | None = None) -> bool:
    """Mark it as looked at; return whether that was new. Raises NotAllowed."""
    changing.require_writer(by)
    waiting = Feedback.objects.filter(pk=feedback.pk, handled_at=None)
    return bool(waiting.update(handled_at=changing.now(at), handled_by=by.user))
