"""Finding what in an answer is the customer's own, before it becomes an article that everybody reads.

Cautious rather than clever: it points out too much rather than too little, and a person decides. Looked for are names
of people and of the organisation, its mail domains, mail addresses, telephone numbers, network addresses, keys and
tokens, ids, and long numbers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from django.utils.translation import gettext as _

from accounts.free_mail import FREE_MAIL_DOMAINS
from accounts.models import User
from support.models import Ticket

SHORTEST_NAME = 3
# Kinds in the order in which they win where two find the same place.
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
SECRET_PREFIX = re.compile(
    r"\b(?:sk|pk|rk|ghp|gho|github_pat|glpat|xox[abpr]|AKIA|ASIA|AIza|eyJ|key|token|secret)[-_]?[A-Za-z0-9._/+=-]{8,}"
)
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\w.]*\d)")
IPV6 = re.compile(r"(?<![\w:])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])")
UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
TOKEN = re.compile(r"(?<![\w/-])[A-Za-z0-9_+=-]{20,}(?![\w/-])")
PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d ()/.-]{7,}\d(?![\w.]*\d)")
NUMBER = re.compile(r"(?<![\w.])#?\d{5,}(?![\w.]*\d)")


@dataclass(frozen=True)
class Finding:
    """A place in a text, what it may be, and what could stand there instead. `start` and `end` count characters."""

    text: str
    kind: str
    instead: str
    start: int
    end: int


@dataclass(frozen=True)
class Names:
    """What a customer and their organisation are called."""

    people: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()


def names_of(ticket: Ticket) -> Names:
    """Return the names of everybody on the customer's side of a ticket. Three queries."""
    people = [ticket.requester, *ticket.followers.filter(is_staff=False)]
    authors = User.objects.filter(messages__ticket=ticket, is_staff=False).distinct()
    names = {part for person in (*people, *authors) for part in _parts(person)}
    organizations = set()
    if ticket.organization:
        organizations |= {ticket.organization.name, *ticket.organization.mail_domains.values_list("domain", flat=True)}
    organizations |= {person.email.rpartition("@")[2] for person in people if not _is_common(person.email)}
    return Names(frozenset(names), frozenset(name for name in organizations if len(name) >= SHORTEST_NAME))


def _parts(person: User) -> Iterable[str]:
    name = person.get_full_name()
    if "@" not in name:
        yield name
        yield from (part for part in re.split(r"[\s.]+", name) if len(part) >= SHORTEST_NAME)
    stem = person.email.partition("@")[0]
    if len(stem) > SHORTEST_NAME:
        yield stem


def _is_common(email: str) -> bool:
    return email.rpartition("@")[2].lower() in FREE_MAIL_DOMAINS


def findings(text: str, names: Names) -> list[Finding]:
    """Return what may be a customer's data, in order of place, no two at the same."""
    found: list[Finding] = []
    taken: list[tuple[int, int]] = []

    def note(match: re.Match[str], kind: str, instead: str) -> None:
        start, end = match.span()
        # What a replacement left behind is nobody's.
        if match[0] == instead:
            taken.append((start, end))
        elif match[0].strip() and not any(start < until and since < end for since, until in taken):
            taken.append((start, end))
            found.append(Finding(match[0], kind, instead, start, end))

    for match in MAIL.finditer(text):
        note(match, _("mail address"), "name@example.com")
    for match in SECRET_PREFIX.finditer(text):
        note(match, _("key"), "YOUR_KEY")
    for match in UUID.finditer(text):
        note(match, _("id"), "00000000-0000-0000-0000-000000000000")
    for match in IPV4.finditer(text):
        if _is_address(match[0]):
            note(match, _("network address"), "192.0.2.1")
    for match in IPV6.finditer(text):
        if _is_address(match[0]):
            note(match, _("network address"), "2001:db8::1")
    for match in TOKEN.finditer(text):
        if re.search(r"\d", match[0]) and re.search(r"[A-Za-z]", match[0]):
            note(match, _("key"), "YOUR_KEY")
    for match in _names(names.organizations).finditer(text) if names.organizations else ():
        note(match, _("organisation"), _("your company"))
    for match in _names(names.people).finditer(text) if names.people else ():
        note(match, _("name"), _("somebody"))
    for match in PHONE.finditer(text):
        if sum(sign.isdigit() for sign in match[0]) >= 8:
            note(match, _("number"), "12345")
    for match in NUMBER.finditer(text):
        note(match, _("number"), "12345")
    return sorted(found, key=lambda each: each.start)


def replaced(text: str, found: Iterable[Finding], accepted: frozenset[str] = frozenset()) -> str:
    """Return the text with something harmless in each of these places, but for the accepted texts."""
    for each in sorted(found, key=lambda one: -one.start):
        if each.text not in accepted:
            text = text[: each.start] + each.instead + text[each.end :]
    return text


def _names(names: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def _is_address(text: str) -> bool:
    try:
        return not ip_address(text.partition("/")[0]).is_unspecified
    except ValueError:
        return False
