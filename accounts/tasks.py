"""What is tidied up by the clock."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Attempt
from accounts.sessions import SessionStore
from accounts.throttle import KEEP_SECONDS


@shared_task
def delete_ended_sessions() -> int:
    """Delete sessions that are over, what was listed about them, and old attempts; return how many rows went."""
    before = Session.objects.count()
    SessionStore.clear_expired()
    ended = before - Session.objects.count()
    listed, _rows = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    old, _rows = Attempt.objects.filter(at__lt=timezone.now() - timedelta(seconds=KEEP_SECONDS)).delete()
    return int(ended + listed + old)
