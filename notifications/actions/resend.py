"""Sending a mail again."""

from django.db import models, transaction
from django.utils import timezone

from events import dispatch
from notifications.compose import PATIENCE
from notifications.models import OutgoingMail


def resend(mail: OutgoingMail) -> bool:
    """Put a failed, held or sent mail back in line under the same Message-ID; return whether that changed
    anything.

    One that waits already is tried at once. Whether it may still leave is asked again when it does.
    """
    now = timezone.now()
    with transaction.atomic():
        changed = (
            OutgoingMail.objects.filter(pk=mail.pk)
            .filter(models.Q(leased_until=None) | models.Q(leased_until__lt=now))
            .update(
                state=OutgoingMail.State.QUEUED,
                attempts=0,
                next_attempt_at=now,
                give_up_at=now + PATIENCE,
                leased_until=None,
                last_error="",
            )
        )
        transaction.on_commit(lambda: dispatch.ask("notifications.tasks.send_due_mail"))
    return bool(changed)
