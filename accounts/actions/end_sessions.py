"""Signing a person out everywhere."""

from allauth.usersessions.models import UserSession
from django.db.models import F

from accounts.models import User


def end_sessions(user: User) -> None:
    """End every session of the person at once, and every signed link that was made for them (SEC-20).

    Sessions carry a hash of the person's state, which this changes; no list of sessions can be incomplete.
    """
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.session_epoch = User.objects.values_list("session_epoch", flat=True).get(pk=user.pk)
    for session in UserSession.objects.filter(user=user):
        session.end()
