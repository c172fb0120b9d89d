"""Finding colleagues by what one types."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from support.errors import Invalid

MOST = 20
# Longer than any name; a database refuses patterns of many thousand letters.
LONGEST_TEXT = 254


def agents() -> QuerySet[User]:
    """Return who works at the desk, by name."""
    return User.objects.filter(is_active=True, is_staff=True).order_by("display_name", "email")


def agents_like(text: str) -> list[User]:
    """Return the agents whose name or address starts with the words, at most MOST."""
    text = text.replace("\x00", "").strip()[:LONGEST_TEXT]
    found = agents()
    if text:
        found = found.filter(Q(display_name__istartswith=text) | Q(email__istartswith=text))
    return list(found[:MOST])


def agent_named(text: str, actor: Actor) -> User | None:
    """Return who is meant: "me", an address or a name; None for "none" and nothing. Raises Invalid for nobody known."""
    text = text.replace("\x00", "").strip()[:LONGEST_TEXT]
    if text in {"", "none"}:
        return None
    if text == "me":
        return actor.user
    if text.isdecimal() and len(text) < 19:
        found = list(agents().filter(pk=int(text)))
    elif "@" in text:
        found = list(agents().filter(email=text.lower()))
    else:
        found = list(agents().filter(display_name__iexact=text)) or agents_like(text)
    if len(found) != 1:
        raise Invalid(
            "assignee",
            _("Several colleagues are called “%(name)s”. Write the address.") % {"name": text}
            if found
            else _("Nobody here is called “%(name)s”.") % {"name": text},
        )
    return found[0]
