"""Making an article of what an agent answered."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing
from knowledge.actions.create_article import create_article
from knowledge.customer_data import Finding, findings, names_of
from knowledge.errors import Invalid
from knowledge.models import Article, Audience, Kind, Section, TicketAnswer
from support.models import Message
from support.permissions import works_on


def draft_from_reply(
    message: Message,
    *,
    by: Actor,
    title: str,
    body: str,
    summary: str = "",
    kind: str = Kind.ARTICLE,
    section: Section | None = None,
    audience: str = Audience.EVERYONE,
    accepted: frozenset[str] = frozenset(),
) -> Article:
    """Return a draft made of an agent's public reply, and record that it came from that ticket.

    What looks like the customer's data must be gone from title, summary and text: all but the texts in `accepted`,
    which somebody looked at and found harmless. Raises NotAllowed, Invalid naming the field that still holds some.
    """
    with transaction.atomic():
        changing.require(works_on(by, message.ticket), _("You cannot answer this ticket."))
        if not (message.is_public and message.is_staff_reply):
            raise Invalid("body", _("Only what was answered in public becomes an article."))
        for field, text in (("title", title), ("summary", summary), ("body", body)):
            if left := [each for each in told_apart(message, text) if each.text not in accepted]:
                raise Invalid(
                    field,
                    _("This still holds what may be the customer's own: %(texts)s. Replace it, or say that it is not.")
                    % {"texts": ", ".join(dict.fromkeys(each.text for each in left[:8]))},
                )
        article = create_article(
            by=by, kind=kind, title=title, body=body, summary=summary, section=section, audience=audience, owner=by.user
        )
        TicketAnswer.objects.create(ticket=message.ticket, article=article, is_source=True, by=by.user)
    return article


def told_apart(message: Message, text: str) -> list[Finding]:
    """Return what in a text may be data of the customer whom a message was written to."""
    return findings(text, names_of(message.ticket))
