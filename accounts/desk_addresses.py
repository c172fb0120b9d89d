"""Which addresses are the desk's own: nobody may sign up with one of them (SEC-11, the ticket trick)."""

from email.utils import parseaddr

from django.conf import settings

from accounts.free_mail import FREE_MAIL_DOMAINS


def desk_addresses() -> set[str]:
    """Return the addresses that the desk writes from and reads, in lower case."""
    named = (settings.SUPPORT_ADDRESS, settings.DEFAULT_FROM_EMAIL, settings.SERVER_EMAIL)
    return {parseaddr(address)[1].lower() for address in named} - {""}


def is_desk_address(email: str) -> bool:
    """Return whether this is an address of the desk or of its mail domain.

    A desk that reads its mail at a free provider owns its address there, and not the provider's domain.
    """
    email = email.strip().lower()
    domain = email.rpartition("@")[2]
    own = desk_addresses()
    domains = {address.rpartition("@")[2] for address in own} - FREE_MAIL_DOMAINS
    # A tagged address of the desk (support+1042@…) is the desk's as well.
    local = email.rpartition("@")[0].split("+")[0]
    return domain in domains or f"{local}@{domain}" in own
