"""What follows, for articles and those who write them, from what happened. Each is idempotent."""

from accounts.actors import Actor
from events.models import Event
from knowledge.actions.record_answer import linked_articles, record_answer
from knowledge.actions.render_again import render_users_of
from knowledge.actions.tell_owner import tell_owner
from support.models import Message


def render_articles_of_snippet(event: Event) -> None:
    """Render the articles anew that hold the snippet."""
    render_users_of(event.data["key"])


def tell_owner_of_review(event: Event) -> None:
    """Tell the owner of an article that the day came to look at it again."""
    tell_owner(event)


def record_answering_articles(event: Event) -> None:
    """Write down which articles the desk answered a ticket with: those that the public reply links to."""
    message = Message.objects.select_related("ticket__queue", "author").filter(pk=event.data.get("message", 0)).first()
    if message is None or not message.is_public or not message.is_staff_reply or message.author is None:
        return
    by = Actor.person(message.author)
    for article in linked_articles(message.source, by=by):
        record_answer(message.ticket, article, by=by)
