"""What follows from a changed snippet. Idempotent: rendering twice makes the same."""

from events.models import Event
from knowledge.actions.render_again import render_users_of


def render_articles_of_snippet(event: Event) -> None:
    """Render the articles anew that hold the snippet."""
    render_users_of(event.data["key"])
