"""Writing down with which article a ticket was answered."""

import re

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from knowledge import changing
from knowledge.addresses import ARTICLE_PREFIX
from knowledge.models import Article, TicketAnswer
from knowledge.permissions import visible_articles
from support.models import Ticket
from support.permissions import works_on

# More links than these in one answer are no longer an answer with an article.
MOST_LINKS = 20


def record_answer(ticket: Ticket, article: Article, *, by: Actor) -> TicketAnswer:
    """Record that the ticket was answered with this article; once, however often that is said. Raises NotAllowed."""
    changing.require(works_on(by, ticket), _("You cannot answer this ticket."))
    changing.require(visible_articles(by).filter(pk=article.pk).exists(), _("You cannot read this article."))
    answer, _is_new = TicketAnswer.objects.get_or_create(
        ticket=ticket, article=article, is_source=False, defaults={"by": by.user}
    )
    return answer


def remove_answer(answer: TicketAnswer, *, by: Actor) -> None:
    """Take back that the ticket was answered with this article. Raises NotAllowed."""
    changing.require(works_on(by, answer.ticket), _("You cannot answer this ticket."))
    answer.delete()


def linked_articles(text: str, *, by: Actor) -> list[Article]:
    """Return the articles that a message links to, in one query."""
    base = re.escape(settings.BASE_URL.rstrip("/"))
    wanted = Q(pk__in=[])
    found = 0
    for kind, prefix in ARTICLE_PREFIX.items():
        for match in re.finditer(rf"(?:{base}|(?<![\w./-])){re.escape(prefix)}([\w/-]+)", text):
            found += 1
            if found > MOST_LINKS:
                break
            wanted |= Q(kind=kind, path=match[1].strip("/"))
    return list(visible_articles(by).filter(wanted)) if found else []
