"""What follows from an event for knowledge. Each may run late, again, and in any order."""

from events.models import Event
from events.prompt import prompt
from knowledge.models import Kind
from search import indexing
from search.engine import Key


@prompt
def index(event: Event) -> None:
    """Bring the index up to what an article is now: found while published, by its audience, and else by nobody."""
    # An article that was deleted is of no kind any more; it may stand in the index under any.
    indexing.reindex(Key(kind, event.subject_id) for kind in Kind.values)
