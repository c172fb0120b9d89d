"""Questions about people that pages ask."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from accounts.models import User


@dataclass(frozen=True)
class Protection:
    """How an account is protected, and in how many places it is open."""

    passkeys: int
    has_app: bool
    has_codes: bool
    sessions: int

    @property
    def has_second_factor(self) -> bool:
        """Return whether signing in takes more than one proof; recovery codes alone are none."""
        return self.has_app or self.passkeys > 0


def protection_of(user: User) -> Protection:
    """Return how this person's account is protected."""
    kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return Protection(
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        has_app=Authenticator.Type.TOTP in kinds,
        has_codes=Authenticator.Type.RECOVERY_CODES in kinds,
        # The session that asks is one, also where it began without allauth.
        sessions=max(1, UserSession.objects.filter(user=user).count()),
    )
