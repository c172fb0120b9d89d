"""Who looks, and who acts: a person, the holder of a signed link, the system, or a rule."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Membership, User
from accounts.signed_links import Link, state_of
from database.prepared import prepared

GUEST_SESSION_KEY = "guest"


class ActorKind(StrEnum):
    """What kind of actor it was, as events keep it."""

    PERSON = "person"
    GUEST = "guest"
    ANONYMOUS = "anonymous"
    SYSTEM = "system"
    RULE = "rule"


@dataclass(frozen=True)
class Actor:
    """Who looks or acts. Permissions and actions take one of these, never a request.

    A guest is somebody who opened a signed link: they act as that person, on those tickets and no others.
    """

    kind: ActorKind
    user: User | None = None
    tickets: frozenset[int] = field(default_factory=frozenset)
    rule: str = ""

    @classmethod
    def person(cls, user: User) -> Self:
        """Return the actor for somebody who signed in (or whose message was authenticated)."""
        return cls(ActorKind.PERSON, user)

    @classmethod
    def guest(cls, user: User, tickets: frozenset[int]) -> Self:
        """Return the actor for the holder of signed links to these tickets."""
        return cls(ActorKind.GUEST, user, tickets)

    @classmethod
    def anonymous(cls) -> Self:
        """Return the actor for somebody unknown."""
        return cls(ActorKind.ANONYMOUS)

    @classmethod
    def system(cls) -> Self:
        """Return the desk itself: sweeps, imports, the clock."""
        return cls(ActorKind.SYSTEM)

    @classmethod
    def by_rule(cls, name: str) -> Self:
        """Return a rule that acts by itself."""
        return cls(ActorKind.RULE, rule=name)

    @property
    def is_staff(self) -> bool:
        """Return whether somebody of the desk acts."""
        return self.kind == ActorKind.PERSON and self.user is not None and self.user.is_staff and self.user.is_active

    @property
    def is_system(self) -> bool:
        """Return whether the desk itself or one of its rules acts."""
        return self.kind in {ActorKind.SYSTEM, ActorKind.RULE}

    @property
    def membership(self) -> Membership | None:
        """Return the signed-in person's place in an organisation; guests and strangers have none."""
        if self.kind != ActorKind.PERSON or self.user is None:
            return None
        cache = self.user._state.fields_cache
        if "membership" not in cache:  # with organisation and tier in one query: every page needs them
            cache["membership"] = next(iter(_membership(self.user.pk)), None)
        return getattr(self.user, "membership", None)


@prepared
def _membership(user: int) -> QuerySet[Membership]:
    return Membership.objects.select_related("organization__tier").filter(user=user)


def actor_of(request: HttpRequest) -> Actor:
    """Return who makes this request: the signed-in person, the holder of a link that was opened, or nobody known."""
    user = request.user
    if isinstance(user, User) and user.is_active:
        return Actor.person(user)
    assert isinstance(user, AnonymousUser | User)
    session = getattr(request, "session", None)
    guest = session.get(GUEST_SESSION_KEY) if session is not None else None
    if guest:
        person = User.objects.filter(pk=guest["user"], is_active=True, is_staff=False).first()
        now = timezone.now().timestamp()
        tickets = frozenset(int(number) for number, until in guest["tickets"].items() if until > now)
        if person and tickets and guest["state"] == state_of(person):
            return Actor.guest(person, tickets)
    return Actor.anonymous()


def open_as_guest(request: HttpRequest, link: Link) -> None:
    """Let this browser read and answer the ticket of a signed link, until the link ends.

    Tickets of the same person opened before stay open. The session gets a new id (SEC-20).
    """
    known: dict[str, Any] = request.session.get(GUEST_SESSION_KEY) or {}
    state = state_of(link.user)
    kept = known["tickets"] if known.get("user") == link.user.pk and known.get("state") == state else {}
    request.session.cycle_key()
    request.session[GUEST_SESSION_KEY] = {
        "user": link.user.pk,
        "state": state,
        "tickets": {**kept, str(link.ticket): link.ends_at.timestamp()},
    }
