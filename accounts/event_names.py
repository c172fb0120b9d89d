"""What can happen to people and organisations. `config/reactions.py` says what follows from each."""

from enum import StrEnum


class AccountEvent(StrEnum):
    """Names of events about people and organisations; each says what its data holds."""

    TIER_CHANGED = "organization.tier_changed"
    """An organisation has another tier: old, new (tier ids or null)."""
    JOINED = "organization.joined"
    """Somebody became a member: user, role, domain (if by their mail domain)."""
    ADDRESS_PROVEN = "user.address_proven"
    """A person proved that their address is theirs: ticket (if they opened the link of one)."""
    CREATED_BY_MESSAGE = "user.created_by_message"
    """Somebody wrote without an account and became a person without password: channel."""
    ROLE_SET = "organization.role_set"
    """A member's role changed: user, old, new."""
    LEFT = "organization.left"
    """Somebody is no longer a member: user."""
    SHARING_SET = "organization.sharing_set"
    """Members see all tickets, or only their own: new."""
    ERASED = "user.erased"
    """A person's name and address were replaced at their own wish."""
