"""Who a session belongs to: every page asks, so the query is worded once."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as SignIn
from django.db.models import QuerySet

from accounts.models import User
from database.prepared import prepared


class AuthenticationBackend(SignIn):  # type: ignore[misc]
    """Sign-in by address and password or code, as allauth does it."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the person with this id if they may sign in."""
        for user in _person(int(user_id)):
            return user if self.user_can_authenticate(user) else None
        return None


@prepared
def _person(user: int) -> QuerySet[User]:
    return User.objects.filter(pk=user)
