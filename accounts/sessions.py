"""Sessions in the database, as Django keeps them; every page asks for one, so its query is worded once."""

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from database.prepared import prepared


class SessionStore(db.SessionStore):
    """Django's own, with a prepared query."""

    def _get_session_from_db(self) -> Session | None:
        for session in _live(self.session_key or "", timezone.now()):
            return session
        self._session_key = None
        return None


@prepared
def _live(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
