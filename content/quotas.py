"""How much somebody may upload in a day (SEC-34): counted from the rows, asked before the disk is used."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.throttle import address_key, key_hash
from content.errors import FileRefused
from content.models import StoredFile

WINDOW_SECONDS = 24 * 60 * 60
MARK_SESSION_KEY = "uploads"


@dataclass(frozen=True)
class Uploader:
    """Who sends a file: a signed-in person, or a browser session; and from where (as a keyed hash)."""

    user: User | None
    mark: str
    address: str

    @property
    def quota_bytes(self) -> int:
        """Return how much they may send in 24 hours."""
        return settings.UPLOAD_QUOTA_BYTES if self.user else settings.ANONYMOUS_UPLOAD_QUOTA_BYTES

    def used_bytes(self) -> int:
        """Return what they sent in the last 24 hours; of strangers all that came from the address."""
        own = Q(uploaded_by=self.user) if self.user else Q(uploaded_by=None, upload_address=self.address)
        since = timezone.now() - timedelta(seconds=WINDOW_SECONDS)
        return sum(
            model._default_manager.filter(own, created_at__gt=since).aggregate(total=Sum("size"))["total"] or 0
            for model in StoredFile.__subclasses__()
        )

    def left_bytes(self) -> int:
        """Return how much more they may send now; 0 when the day is full."""
        return max(0, self.quota_bytes - self.used_bytes())


def quota_refusal() -> FileRefused:
    """Return the refusal for who sent enough today."""
    return FileRefused(
        _("Too many files came from here today. Try again tomorrow, or send this one in another way."),
        429,
        WINDOW_SECONDS,
    )


def uploader_of(request: HttpRequest) -> Uploader:
    """Return who sends. Everybody without a sign-in is known by a random mark in their session (SEC-21).

    The mark is not the session's id, so the rows of files never hold a key to a session.
    """
    user = request.user if isinstance(request.user, User) else None
    if user is None and not mark_of(request):
        request.session[MARK_SESSION_KEY] = get_random_string(32)
    return Uploader(user, mark_of(request), key_hash("upload", address_key(request)))


def mark_of(request: HttpRequest) -> str:
    """Return the mark of this session's uploads (190 random bits), "" before there was one."""
    return str(request.session.get(MARK_SESSION_KEY, ""))
